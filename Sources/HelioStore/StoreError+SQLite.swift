import GRDB
import Glibc

extension StoreError {
    /// Our word for what SQLite said.
    ///
    /// - Parameter errno: the system's reason behind an input or output error, 0 when unknown.
    init(_ error: any Error, errno: Int32 = 0) {
        switch error {
        case let error as StoreError: self = error
        case let error as DatabaseError: self = Self.word(for: error, errno: errno)
        default: self = .database(code: 1, message: String(describing: error))
        }
    }

    private static func reason(_ errno: Int32) -> String { errno == 0 ? "" : ", " + String(cString: strerror(errno)) }

    private static func word(for error: DatabaseError, errno: Int32) -> StoreError {
        let message = error.message ?? "no message"
        switch error.resultCode {
        case .SQLITE_FULL: return .diskFull
        // SQLite says FULL for ENOSPC in a write only: quotas, new files and the growth of its shared memory come as I/O errors.
        case .SQLITE_IOERR where errno == ENOSPC || errno == EDQUOT: return .diskFull
        case .SQLITE_CANTOPEN where errno == ENOSPC || errno == EDQUOT: return .diskFull
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: return .corrupt(message)
        case .SQLITE_READONLY, .SQLITE_PERM: return .readOnly
        case .SQLITE_IOERR, .SQLITE_CANTOPEN:
            return .inputOutput("\(message) (\(error.extendedResultCode.rawValue)\(Self.reason(errno)))")
        default: return .database(code: error.extendedResultCode.rawValue, message: message)
        }
    }
}

extension DatabaseError {
    /// After a failed flush the kernel may forget the pages, and a second flush that succeeds means nothing. (What PostgreSQL
    /// learned in 2018, known as fsyncgate.)
    var losesWrites: Bool {
        [.SQLITE_IOERR_WRITE, .SQLITE_IOERR_FSYNC, .SQLITE_IOERR_DIR_FSYNC, .SQLITE_IOERR_TRUNCATE].contains(extendedResultCode)
    }
}
