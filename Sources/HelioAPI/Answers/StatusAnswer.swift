import HelioHTTP
import HelioNode

/// `/status`: the body that balancers of Bitbucket farms match on, to the byte. `nodeCount` is a string there too.
enum StatusAnswer {
    static func prepare(_ verdict: StatusVerdict) -> PreparedResponse {
        PreparedResponse(status: verdict.code, headers: Response.noStore, body: body(verdict))
    }

    static func body(_ verdict: StatusVerdict) -> [UInt8] {
        Array(#"{"state":"\#(verdict.state.rawValue)","nodeCount":"\#(verdict.nodeCount)"}"#.utf8)
    }
}
