/// `{"errors":[{"context":null,"message":"…","exceptionName":null}]}`
enum ErrorBody {
    static func render(_ message: String) -> [UInt8] {
        var output = Array(#"{"errors":[{"context":null,"message":""#.utf8)
        for byte in message.utf8 { appendEscaped(byte, to: &output) }
        output.append(contentsOf: #"","exceptionName":null}]}"#.utf8)
        return output
    }

    private static func appendEscaped(_ byte: UInt8, to output: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): output += [UInt8(ascii: "\\"), byte]
        case 0..<0x20:
            let digits = Array("0123456789abcdef".utf8)
            output.append(contentsOf: "\\u00".utf8)
            output += [digits[Int(byte >> 4)], digits[Int(byte & 0xF)]]
        default: output.append(byte)
        }
    }
}
