import HelioLoop
import HelioNode

/// Keeps one connection to Redis: looks the host up, connects, introduces itself, and begins again whenever that fails or the
/// connection is lost, until it is stopped.
///
/// `@unchecked Sendable`: used on the loop only, after `init`.
final class RedisSession: @unchecked Sendable {
    /// How long a connection has to hold before the next loss counts as the first again: a server that hangs up on everybody must not
    /// be called ten times a second.
    static let settled = Duration.seconds(3)

    /// How often a server that is no Redis is told of, whatever it says each time.
    static let trouble = Duration.seconds(60)

    private enum State {
        case idle, preparing, stopped
        case waiting(LoopTimer)
        case connecting(ConnectAttempt)
        case greeting(RedisLink)
        case connected(RedisLink, since: Int64)
    }

    /// The rest of an attempt.
    private struct Route {
        var addresses: ArraySlice<String>
        let password: String?
        /// What became of the addresses before.
        var trouble: RedisError?

        /// An address that answers, however wrongly, tells more than one that does not.
        func after(_ error: RedisError) -> Route {
            var route = self
            switch (trouble, error) {
            case (.unavailable(let before)?, .unavailable(let now)): route.trouble = .unavailable("\(before); \(now)")
            case (nil, _), (.unavailable?, _): route.trouble = error
            default: break
            }
            return route
        }
    }

    private let loop: EventLoop
    private let configuration: RedisConfiguration
    private let channel: String?
    private let observe: @Sendable (RedisObservation) -> Void
    private let passwords: BlockingCall<Result<String?, RedisError>>
    private let lookup: BlockingCall<Result<[String], RedisError>>
    private var delay: ReconnectDelay
    private var state = State.idle
    /// Why there is no connection, as far as is known.
    private var trouble: RedisError?
    private var observedTrouble: (error: RedisError, at: Int64)?

    /// Called when a connection stands, before anything that comes over it.
    var connected: ((RedisLink) -> Void)?

    /// - Parameter channel: what the connection listens to, when it is for that and for nothing else.
    init(
        loop: EventLoop, configuration: RedisConfiguration, channel: String? = nil, seed: UInt64,
        resolver: @escaping HostLookup.Resolver, observe: @escaping @Sendable (RedisObservation) -> Void
    ) {
        self.loop = loop
        self.configuration = configuration
        self.channel = channel
        self.observe = observe
        delay = ReconnectDelay(seed: seed)
        passwords = BlockingCall(loop: loop, name: "redis-password") { [password = configuration.password] in
            do {
                return .success(try password())
            } catch {
                return .failure(.unavailable("the password cannot be read: \(LogText.escaped(String(describing: error)))"))
            }
        }
        lookup = BlockingCall(loop: loop, name: "redis-lookup") { [host = configuration.host] in resolver(host) }
    }

    func start() {
        guard case .idle = state else { return }
        beginAttempt()
    }

    /// For good. Everything in flight fails; what hangs in another thread is forgotten.
    func stop() {
        let last = state
        state = .stopped
        passwords.abandon()
        lookup.abandon()
        switch last {
        case .idle, .preparing, .stopped: break
        case .waiting(let timer): timer.cancel()
        case .connecting(let attempt): attempt.cancel()
        case .greeting(let link), .connected(let link, _): link.close(.connectionLost("this node stopped the connection"))
        }
    }

    /// The connection, when one stands.
    var link: RedisLink? {
        guard case .connected(let link, _) = state else { return nil }
        return link
    }

    func request(_ commands: [RedisCommand], _ promise: ReplyPromise) {
        guard let link else { return promise.keep(.failure(unavailable)) }
        link.request(commands, promise)
    }

    /// A master that has become a replica keeps its connections, while its name or the balancer before it leads to another by now.
    func lookAt(_ replies: [RESPValue]) {
        for case .error(let line) in replies {
            let error = RedisError(refusal: line)
            if case .refused(.readOnly, _) = error { return link?.fail(error) ?? () }
        }
    }

    private var unavailable: RedisError {
        switch (state, trouble) {
        case (.stopped, _): .unavailable("stopped")
        case (_, nil): .unavailable("not yet")
        case (_, .unavailable(let why)): .unavailable(why)
        case (_, let trouble?): .unavailable(trouble.description)
        }
    }
}

/// One attempt, from the password to the last reply of the handshake.
extension RedisSession {
    private func beginAttempt() {
        state = .preparing
        prepare(passwords, "the password cannot be read") { session, password in session.findAddresses(password) }
    }

    private func findAddresses(_ password: String?) {
        if let addresses = HostLookup.addresses(of: configuration.host) {
            return tryNext(Route(addresses: addresses[...], password: password))
        }
        prepare(lookup, "\(configuration.host) cannot be looked up") { session, addresses in
            session.tryNext(Route(addresses: addresses[...], password: password))
        }
    }

    private func prepare<Value>(
        _ call: BlockingCall<Result<Value, RedisError>>, _ trouble: String, then next: @escaping (RedisSession, Value) -> Void
    ) {
        do throws(LoopError) {
            try call.begin(within: configuration.connectTimeout) { [weak self] result in
                guard let self, case .preparing = state else { return }
                switch result {
                case .success(let value)?: next(self, value)
                case .failure(let error)?: fail(error)
                case nil: fail(.unavailable("\(trouble): no answer within \(configuration.connectTimeout)"))
                }
            }
        } catch {
            fail(.unavailable("\(trouble): \(error)"))
        }
    }

    private func tryNext(_ route: Route) {
        var route = route
        guard let host = route.addresses.popFirst() else {
            return fail(route.trouble ?? .unavailable("\(configuration.host) has no address"))
        }
        let address = ListenAddress.tcp(host: host, port: configuration.port)
        do throws(LoopError) {
            let attempt = try ConnectAttempt(loop: loop, to: address, within: configuration.connectTimeout) { [weak self] result in
                switch result {
                case .success(let stream): self?.greet(stream, route)
                case .failure(let error): self?.tryNext(route.after(.unavailable("\(address): \(error)")))
                }
            }
            state = .connecting(attempt)
        } catch {
            tryNext(route.after(.unavailable("\(address): \(error)")))
        }
    }

    private func greet(_ stream: ByteStream, _ route: Route) {
        let link = RedisLink(loop: loop, stream: stream, timeout: configuration.commandTimeout) { [weak self] in self?.lost($0, route) }
        state = .greeting(link)
        let handshake = RedisHandshake(configuration, password: route.password, channel: channel)
        link.request(handshake.commands, ReplyPromise { [weak self, weak link] outcome in
            guard let self, let link else { return }
            switch outcome {
            case .success(let replies): if let failure = handshake.failure(replies) { link.fail(failure) } else { settle(link) }
            case .failure(let error): link.fail(error)  // has closed already, unless the handshake could not be sent
            }
        })
    }

    private func settle(_ link: RedisLink) {
        state = .connected(link, since: loop.exactNow)
        (trouble, observedTrouble) = (nil, nil)
        observe(.connected)
        connected?(link)
    }
}

/// The end of an attempt, or of a connection, and the next beginning.
extension RedisSession {
    private func lost(_ error: RedisError, _ route: Route) {
        switch state {
        case .connected(_, let since):
            if loop.exactNow &- since >= Self.settled.nanoseconds { delay.reset() }
            trouble = error
            observe(.disconnected(error))
            wait(after: error)
        // The other addresses have the same users.
        case .greeting: if case .refused(.noAuth, _) = error { fail(error) } else { tryNext(route.after(error)) }
        case .idle, .preparing, .waiting, .connecting, .stopped: break
        }
    }

    private func fail(_ error: RedisError) {
        trouble = error
        if !isObserved(error) {
            observedTrouble = (error, loop.exactNow)
            observe(.failed(error))
        }
        wait(after: error)
    }

    /// The same words are told once.
    private func isObserved(_ error: RedisError) -> Bool {
        guard let (last, time) = observedTrouble else { return false }
        return last == error || (last.isLike(error) && loop.exactNow &- time < Self.trouble.nanoseconds)
    }

    private func wait(after error: RedisError) {
        state = .waiting(loop.schedule(after: delay.next(after: error)) { [weak self] in self?.beginAttempt() })
    }
}
