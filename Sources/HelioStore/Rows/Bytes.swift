import Foundation
import GRDB
import GRDBSQLite

/// A BLOB column, read without going through `Data`: a million rows hold several each.
struct Bytes: DatabaseValueConvertible, StatementColumnConvertible {
    let value: [UInt8]

    init(_ value: [UInt8]) { self.value = value }

    init?(sqliteStatement: SQLiteStatement, index: CInt) {
        let count = Int(sqlite3_column_bytes(sqliteStatement, index))
        guard count > 0, let start = sqlite3_column_blob(sqliteStatement, index) else {
            value = []
            return
        }
        value = Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    var databaseValue: DatabaseValue { Data(value).databaseValue }

    static func fromDatabaseValue(_ value: DatabaseValue) -> Bytes? {
        Data.fromDatabaseValue(value).map { Bytes(Array($0)) }
    }
}

/// Text in a BLOB column: it may hold any character. In a TEXT column GRDB would end it at the first NUL.
struct Text: DatabaseValueConvertible, StatementColumnConvertible {
    let value: String

    init(_ value: String) { self.value = value }

    init?(sqliteStatement: SQLiteStatement, index: CInt) {
        let count = Int(sqlite3_column_bytes(sqliteStatement, index))
        let start = sqlite3_column_blob(sqliteStatement, index)
        value = String(decoding: UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count), as: UTF8.self)
    }

    var databaseValue: DatabaseValue { Data(value.utf8).databaseValue }

    static func fromDatabaseValue(_ value: DatabaseValue) -> Text? {
        Data.fromDatabaseValue(value).map { Text(String(decoding: $0, as: UTF8.self)) }
    }
}
