import CLibevent
import Glibc

/// The thread under a loop.
enum LoopThread {
    /// Which loop the calling thread belongs to. A key of POSIX, because Swift has no thread-local storage.
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        let code = pthread_key_create(&key, nil)
        precondition(code == 0, "one key for the whole process can always be made")
        return key
    }()

    private final class Start {
        let name: String
        let body: () -> Void

        init(name: String, body: @escaping () -> Void) {
            self.name = name
            self.body = body
        }
    }

    static var current: EventLoop? { pthread_getspecific(key).map(EventLoop.from) }

    /// Makes the calling thread the loop's. A peer that has gone is an error to it and no signal: sendfile(2) has no flag for that.
    static func adopt(_ loop: EventLoop) {
        pthread_setspecific(key, Unmanaged.passUnretained(loop).toOpaque())
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// The thread keeps `body`, and so the loop, until it ends.
    static func start(name: String, _ body: @escaping () -> Void) throws(LoopError) -> pthread_t {
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, { context in
            guard let context else { return nil }
            let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
            pthread_setname_np(pthread_self(), String(start.name.prefix(15)))
            start.body()
            return nil
        }, start.toOpaque())
        guard code == 0 else {
            start.release()
            throw .system(call: "pthread_create", code: code)
        }
        return thread
    }
}
