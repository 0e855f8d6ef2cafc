import Foundation
import TestSupport
import Testing

@testable import HelioDaemon

struct SecretFileTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test func secret_LosesOneTrailingNewline() throws {
        #expect(try SecretFile.read(directory.secret("a", "token\n")).bytes == Array("token".utf8))
        #expect(try SecretFile.read(directory.secret("b", "token")).bytes == Array("token".utf8))
    }

    @Test(arguments: [
        ("", 0o600, "is empty"), ("\n", 0o600, "is empty"), ("a\nb\n", 0o600, "holds a control character or a second line"),
        ("token\r\n", 0o600, "holds a control character or a second line"),
        ("token", 0o604, "is open to everybody on this machine (mode 604); chmod 600 it"),
        ("token", 0o602, "is open to everybody on this machine (mode 602); chmod 600 it"),
    ])
    func secret_IsRefused(content: String, mode: Int, message: String) throws {
        let path = try directory.secret("secret", content, mode: mode)
        let error = #expect(throws: FileError.self) { try SecretFile.read(path) }
        #expect(error?.message == message)
    }

    @Test func secret_IsRefused_WhenShorterThanTheMinimum() throws {
        let path = try directory.secret("short", String(repeating: "x", count: 23))
        #expect(throws: FileError(message: "holds 23 bytes; at least 24 are needed against guessing")) {
            try SecretFile.readOwn(path)
        }
    }

    /// Headers are read as text: bytes that are none would all be the same.
    @Test func ownSecret_IsRefused_WhenItIsNotASCII() throws {
        let path = try directory.secret("latin", String(repeating: "é", count: 20))
        #expect(throws: FileError(message: "holds a character that is not ASCII")) { try SecretFile.readOwn(path) }
    }

    @Test func secret_IsRefused_WhenTooLargeOrMissing() throws {
        let path = try directory.secret("large", String(repeating: "x", count: SecretFile.maximumSize + 1))
        #expect(throws: FileError(message: "is larger than 16KiB")) { try SecretFile.read(path) }
        #expect(throws: FileError(message: "cannot be opened: No such file or directory")) { try SecretFile.read(path + "x") }
    }

    @Test func fileOfSeveral_IsReadAsItStands_UnlessItIsOpenOrMissing() throws {
        #expect(try SecretFile.readAll(directory.secret("several", "new\nold\n")) == Array("new\nold\n".utf8))
        #expect(try SecretFile.readAll(directory.secret("empty", "")).isEmpty)
        let open = try directory.secret("open", "new\n", mode: 0o644)
        #expect(throws: FileError(message: "is open to everybody on this machine (mode 644); chmod 600 it")) { try SecretFile.readAll(open) }
        #expect(throws: FileError(message: "cannot be opened: No such file or directory")) { try SecretFile.readAll(open + "x") }
    }

    @Test func secret_IsNeverPrinted() throws {
        let secret = try SecretFile.read(directory.secret("secret", "hunter2hunter2"))
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped] {
            #expect(!text.contains("hunter2") && !text.contains("104"))
        }
    }

    @Test func secret_IsWhatTheFileHolds() throws {
        let secret = try SecretFile.read(directory.secret("secret", "abc"))
        #expect(secret.bytes == Array("abc".utf8))
    }
}
