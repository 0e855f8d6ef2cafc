import CCurl
import HelioLoop

/// libcurl's multi handle with its sockets, its timer and the requests under way.
///
/// `@unchecked Sendable`: everything in it, libcurl included, is touched on the loop only.
final class TransferTable: @unchecked Sendable {
    /// Names a request before it starts.
    ///
    /// `@unchecked Sendable`: looked into on the loop only.
    final class Ticket: @unchecked Sendable {
        fileprivate var isCancelled = false
    }

    private let loop: EventLoop
    private let limits: HTTPClient.Configuration
    private let multi: UnsafeMutableRawPointer
    private var transfers: [UnsafeMutableRawPointer: Transfer] = [:]
    private var watches: [curl_socket_t: SocketWatch] = [:]
    private var timer: LoopTimer?
    private var isClosed = false

    init(loop: EventLoop, _ limits: HTTPClient.Configuration) throws(LoopError) {
        guard Self.isLibraryReady, let multi = curl_multi_init() else { throw .cannotCreate("an HTTP client: libcurl cannot start") }
        self.loop = loop
        self.limits = limits
        self.multi = multi
        // Not retained: `release` ends the calls, and whoever calls that holds the table.
        let context = Unmanaged.passUnretained(self).toOpaque()
        let codes = [
            heliostat_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, limits.idleConnections),
            heliostat_curl_multi_set_on_socket(multi, { _, socket, wanted, context, _ in
                context.map(TransferTable.from)?.watch(socket, wanted)
                return 0
            }, context),
            heliostat_curl_multi_set_on_timer(multi, { _, milliseconds, context in
                context.map(TransferTable.from)?.schedule(milliseconds)
                return 0
            }, context),
        ]
        guard codes.allSatisfy({ $0 == CURLM_OK }) else { throw .cannotCreate("an HTTP client: libcurl is too old") }
    }

    private static let isLibraryReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private static func from(_ pointer: UnsafeMutableRawPointer) -> TransferTable {
        Unmanaged<TransferTable>.fromOpaque(pointer).takeUnretainedValue()
    }

    var count: Int { transfers.count }

    // MARK: Requests

    func start(_ request: OutboundRequest, _ ticket: Ticket, finished: @escaping (Result<Answer, DeliveryFailure>) -> Void) {
        guard !isClosed, !ticket.isCancelled else { return finished(.failure(.cancelled)) }
        do throws(DeliveryFailure) {
            let transfer = try Transfer(request, limits, ticket: ticket, finished: finished)
            transfers[transfer.easy] = transfer
            let code = curl_multi_add_handle(multi, transfer.easy)
            if code != CURLM_OK { end(transfer.easy, .failure(.broken("libcurl: \(String(cString: curl_multi_strerror(code)))"))) }
        } catch {
            finished(.failure(error))
        }
    }

    /// Before its start, while it is under way, or after its end, as it may come.
    func cancel(_ ticket: Ticket) {
        ticket.isCancelled = true
        guard let easy = transfers.first(where: { $0.value.ticket === ticket })?.key else { return }
        end(easy, .failure(.cancelled))
    }

    func close() {
        isClosed = true
        for easy in Array(transfers.keys) { end(easy, .failure(.cancelled)) }
        timer?.cancel()
    }

    /// Nothing may be called afterwards.
    func release() {
        close()
        // The last connections are closed with the handle, and would call what is being taken apart.
        _ = heliostat_curl_multi_set_on_socket(multi, nil, nil)
        _ = heliostat_curl_multi_set_on_timer(multi, nil, nil)
        for watch in watches.values { watch.close() }
        watches = [:]
        curl_multi_cleanup(multi)
    }

    private func end(_ easy: UnsafeMutableRawPointer, _ result: Result<Answer, DeliveryFailure>) {
        guard let transfer = transfers.removeValue(forKey: easy) else { return }
        curl_multi_remove_handle(multi, easy)
        transfer.finish(result)
    }

    // MARK: What libcurl asks for

    /// A socket is to be watched for this from now on.
    private func watch(_ socket: curl_socket_t, _ wanted: Int32) {
        guard wanted != CURL_POLL_REMOVE else {
            watches.removeValue(forKey: socket)?.close()
            return
        }
        let watch = watches[socket] ?? SocketWatch(loop: loop, descriptor: socket) { [weak self] ready in
            self?.act(socket, ready == .readable ? CURL_CSELECT_IN : CURL_CSELECT_OUT)
        }
        watches[socket] = watch
        var readiness: SocketWatch.Readiness = []
        if wanted & CURL_POLL_IN != 0 { readiness.insert(.readable) }
        if wanted & CURL_POLL_OUT != 0 { readiness.insert(.writable) }
        watch.watch(for: readiness)
    }

    /// libcurl has one timer. A negative time stops it.
    private func schedule(_ milliseconds: Int) {
        timer?.cancel()
        timer = milliseconds < 0 ? nil : loop.schedule(after: .milliseconds(milliseconds)) { [weak self] in
            self?.act(CURL_SOCKET_TIMEOUT, 0)
        }
    }

    private func act(_ socket: curl_socket_t, _ ready: Int32) {
        var running: Int32 = 0
        curl_multi_socket_action(multi, socket, ready, &running)
        var waiting: Int32 = 0
        while let message = curl_multi_info_read(multi, &waiting)?.pointee {
            guard message.msg == CURLMSG_DONE, let easy = message.easy_handle, let transfer = transfers[easy] else { continue }
            end(easy, transfer.result(message.data.result))
        }
    }
}
