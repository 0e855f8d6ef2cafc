import Glibc
import HelioAPI
import HelioHTTP
import HelioLoop
import HelioNode
import HelioStore

/// One running node: the loop, the servers, the driver, and the signals that steer it.
final class NodeProcess: Sendable {
    let configurationPath: String
    let configuration: Locked<NodeConfiguration>
    let tokens: TokenFiles
    let output: LogOutput
    let log: NodeLog
    let loop: EventLoop
    let board: NodeBoard
    let driver: NodeDriver
    let publicServer: HTTPServer
    let socketServer: HTTPServer

    init(
        path: String, _ configuration: NodeConfiguration, _ tokens: TokenFiles, _ output: LogOutput, _ log: NodeLog
    ) throws(LoopError) {
        configurationPath = path
        self.configuration = Locked(configuration)
        self.tokens = tokens
        self.output = output
        self.log = log
        loop = try EventLoop.start()
        let machine = NodeMachine(settings: configuration.settings, seed: .random(in: .min ... .max), now: SystemClock.now())
        board = NodeBoard(identity: NodeIdentity(configuration), snapshot: machine.snapshot())
        driver = NodeDriver(machine, board: board, log: log)
        let commands = NodeCommands(driver: driver, output: output)
        publicServer = HTTPServer(loop: loop, router: publicRouter(board: board, commands: commands, tokens: tokens.current))
        socketServer = HTTPServer(loop: loop, router: socketRouter(board: board, commands: commands))
    }

    /// - Returns: the exit code.
    func run() async -> Int32 {
        let signals = loop.signals(SIGTERM, SIGINT)
        let hangups = loop.signals(SIGHUP)
        do throws(LoopError) {
            let bound = try await publicServer.listen(on: configuration.withLock(\.listenAddress))
            board.identify { $0.address = NodeIdentity.Address(bound) ?? $0.address }
            log.info("listening", ["address": "\(bound)", "state": .text(NodeState.starting.rawValue)])
        } catch {
            log.error("cannot listen", ["error": "\(error)"])
            return ProcessExit.failed
        }
        let opening = Task { await StorageOpening(self).run() }
        let stop = Task { await self.obey(signals, reloads: hangups) }
        switch await outcome(of: opening, until: stop) {
        case .opened(let sensors):
            await stop.value
            sensors.cancel()
            return ProcessExit.done
        case .interrupted:
            await stop.value
            return ProcessExit.done
        case .failed(let stays):
            if stays { await showError(until: stop) }
            return ProcessExit.failed
        }
    }

    /// A node that was stopped meanwhile cancels its start, and gives it a moment only: a disk that hangs must not keep the process,
    /// and what is left half done is what a crash may leave too.
    private func outcome(
        of opening: Task<StorageOpening.Outcome, Never>, until stop: Task<Void, Never>
    ) async -> StorageOpening.Outcome {
        let (outcomes, arrival) = AsyncStream.makeStream(of: StorageOpening.Outcome.self)
        Task { arrival.yield(await opening.value) }
        Task {
            await stop.value
            opening.cancel()
            try? await Task.sleep(for: .seconds(2))  // never cancelled
            arrival.yield(.interrupted)
        }
        return await outcomes.first { _ in true } ?? .interrupted
    }

    /// Answers 503 for a while, so that whoever watches the node sees why, then ends.
    private func showError(until stop: Task<Void, Never>) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await Task.sleep(for: .seconds(30)) }  // cancelled: the operator stopped the node
            group.addTask { await stop.value }
            await group.next()
            group.cancelAll()
            stop.cancel()
        }
    }

    /// Acts on signals until the node has stopped; a second request to stop skips the waiting. Reloads have a stream of their own:
    /// a storm of them neither delays nor displaces a request to stop.
    private func obey(_ signals: AsyncStream<Int32>, reloads: AsyncStream<Int32>) async {
        await withTaskGroup(of: Void.self) { group in
            var stopping: Task<Void, Never>?
            let (requests, request) = AsyncStream.makeStream(of: StopRequest.self)
            group.addTask { for await _ in signals { request.yield(.stop) } }
            group.addTask { for await _ in reloads { await self.reload() } }
            for await next in requests {
                guard next == .stop else { break }
                if let stopping { stopping.cancel() } else {
                    stopping = Task {
                        await self.stop()
                        request.yield(.stopped)
                    }
                }
            }
            group.cancelAll()
        }
    }

    private enum StopRequest { case stop, stopped }
}
