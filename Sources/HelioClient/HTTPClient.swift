import CCurl
public import HelioLoop

/// Sends HTTP requests: libcurl's multi interface, driven by the loop. Connections are kept and used again.
///
/// Every request stands on its own: a host that does not answer holds up nobody else's.
public actor HTTPClient {
    private let loop: EventLoop
    private let limits: Configuration
    private let multi: UnsafeMutableRawPointer
    private var transfers: [UnsafeMutableRawPointer: Transfer] = [:]
    private var watches: [curl_socket_t: SocketWatch] = [:]
    private var timer: LoopTimer?
    private var started = 0
    private var isClosed = false

    nonisolated public var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// - Throws: `cannotCreate` when libcurl cannot be had.
    public init(loop: EventLoop, _ limits: Configuration = Configuration()) throws(LoopError) {
        guard Self.isLibraryReady, let multi = curl_multi_init() else { throw .cannotCreate("an HTTP client: libcurl cannot start") }
        self.loop = loop
        self.limits = limits
        self.multi = multi
        let context = Unmanaged.passUnretained(self).toOpaque()
        let codes = [
            heliostat_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, limits.idleConnections),
            heliostat_curl_multi_set_on_socket(multi, { _, socket, wanted, context, _ in
                context.map { HTTPClient.from($0).assumeIsolated { $0.watch(socket, wanted) } }
                return 0
            }, context),
            heliostat_curl_multi_set_on_timer(multi, { _, milliseconds, context in
                context.map { HTTPClient.from($0).assumeIsolated { $0.schedule(milliseconds) } }
                return 0
            }, context),
        ]
        guard codes.allSatisfy({ $0 == CURLM_OK }) else { throw .cannotCreate("an HTTP client: libcurl is too old") }
    }

    isolated deinit {
        close()
        // The last connections are closed with the handle, and would call what is being taken apart.
        _ = heliostat_curl_multi_set_on_socket(multi, nil, nil)
        _ = heliostat_curl_multi_set_on_timer(multi, nil, nil)
        for watch in watches.values { watch.close() }
        curl_multi_cleanup(multi)
    }

    /// Sends a POST and waits for its answer, whatever its status. Cancelling the task breaks it off at once.
    public func post(_ request: OutboundRequest) async -> Result<Answer, DeliveryFailure> {
        guard !isClosed, !Task.isCancelled else { return .failure(.cancelled) }
        started += 1
        let number = started
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                start(request, number) { continuation.resume(returning: $0) }
            }
        } onCancel: {
            Task { await self.cancel(number) }
        }
    }

    /// Breaks off what is under way. Every later request is `cancelled` too.
    public func close() {
        isClosed = true
        for easy in Array(transfers.keys) { end(easy, .failure(.cancelled)) }
        timer?.cancel()
    }

    /// Requests under way.
    var underway: Int { transfers.count }

    private static let isLibraryReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private static func from(_ pointer: UnsafeMutableRawPointer) -> HTTPClient {
        Unmanaged<HTTPClient>.fromOpaque(pointer).takeUnretainedValue()
    }
}

extension HTTPClient {
    private func start(_ request: OutboundRequest, _ number: Int, finished: @escaping (Result<Answer, DeliveryFailure>) -> Void) {
        do throws(DeliveryFailure) {
            let transfer = try Transfer(request, limits, number: number, finished: finished)
            transfers[transfer.easy] = transfer
            let code = curl_multi_add_handle(multi, transfer.easy)
            if code != CURLM_OK { end(transfer.easy, .failure(.broken("libcurl: \(String(cString: curl_multi_strerror(code)))"))) }
        } catch {
            finished(.failure(error))
        }
    }

    private func cancel(_ number: Int) {
        guard let easy = transfers.first(where: { $0.value.number == number })?.key else { return }
        end(easy, .failure(.cancelled))
    }

    private func end(_ easy: UnsafeMutableRawPointer, _ result: Result<Answer, DeliveryFailure>) {
        guard let transfer = transfers.removeValue(forKey: easy) else { return }
        curl_multi_remove_handle(multi, easy)
        transfer.finish(result)
    }

    /// What libcurl wants to know of a socket, from now on.
    private func watch(_ socket: curl_socket_t, _ wanted: Int32) {
        guard wanted != CURL_POLL_REMOVE else {
            watches.removeValue(forKey: socket)?.close()
            return
        }
        let watch = watches[socket] ?? SocketWatch(loop: loop, descriptor: socket) { [weak self] ready in
            self?.assumeIsolated { $0.act(socket, ready == .readable ? CURL_CSELECT_IN : CURL_CSELECT_OUT) }
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
            self?.assumeIsolated { $0.act(CURL_SOCKET_TIMEOUT, 0) }
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
