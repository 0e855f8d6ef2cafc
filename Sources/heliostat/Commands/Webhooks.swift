internal import ArgumentParser
internal import HelioDaemon

struct Webhooks: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look at webhooks and what they delivered, try one, send something again.",
        subcommands: [List.self, Deliveries.self, Redeliver.self, Test.self, Enable.self], defaultSubcommand: List.self)

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the endpoints and how they do.",
            discussion: """
                active: takes deliveries. unreachable: failed five times in a row, or its secret cannot be read, or it failed before a start; probed now and then, its events wait. gone: answered \
                410; "heliostat webhooks enable" lets it be tried again. inactive: switched off in the configuration.
                """)

        @Flag(help: "Print what the node answers, as JSON.")
        var json = false

        @OptionGroup var node: NodeOptions

        func run() throws {
            let answer = try node.ask { administration throws(AdministrationError) in try administration.webhooks() }
            try json ? Output.bytes(answer.raw + [UInt8(ascii: "\n")]) : answer.list.forEach { try Output.line($0.line) }
        }
    }

    struct Deliveries: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show deliveries, newest first.",
            discussion: """
                pending: waits for its turn, or to be tried again. standby, in a farm: another node sends it, or this one once the others \
                have it too. delivered: by this node, or over at another one. dead: given up. Without --state all are shown.
                """)

        enum State: String, ExpressibleByArgument, CaseIterable { case pending, dead, delivered }

        @Option(help: ArgumentHelp("Only those that are pending, dead or delivered.", valueName: "state"))
        var state: State?

        @Option(help: ArgumentHelp("How many, at most 1000.", valueName: "count"))
        var limit = 50

        @Flag(help: "Print what the node answers, as JSON.")
        var json = false

        @OptionGroup var node: NodeOptions

        func validate() throws {
            guard (1...1000).contains(limit) else { throw ValidationError("--limit takes 1 to 1000.") }
        }

        func run() throws {
            let (state, limit) = (state?.rawValue, limit)
            let answer = try node.ask { administration throws(AdministrationError) in
                try administration.deliveries(state: state, limit: limit)
            }
            try json ? Output.bytes(answer.raw + [UInt8(ascii: "\n")]) : answer.list.forEach { try Output.line($0.line) }
        }
    }

    struct Redeliver: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send deliveries again that were delivered or given up: the same body, the same id.",
            discussion: "Those that cannot be are named, the others are sent; the exit code is 1 then.")

        @Argument(help: ArgumentHelp("As \"heliostat webhooks deliveries\" shows it.", valueName: "delivery"))
        var ids: [Int64]

        @OptionGroup var node: NodeOptions

        func run() throws {
            let administration = Administration(try node.client())
            var refused: [String] = []
            for id in ids {
                do throws(AdministrationError) {
                    try administration.redeliver(id)
                } catch {
                    refused.append("delivery \(id): \(error)")
                }
            }
            guard refused.isEmpty else { throw Exit.failed(refused.joined(separator: "\n")) }
        }
    }

    struct Test: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send diagnostics:ping to an endpoint now and say what it answers.",
            discussion: "Exits with 1 unless that was a 2xx. Waits 12 seconds at least: a receiver may take 10.")

        @Argument(help: "The name of the endpoint in the configuration.")
        var name: String

        @Flag(help: "Print what the node answers, as JSON.")
        var json = false

        @OptionGroup var node: NodeOptions

        func run() throws {
            let name = name
            let answer = try node.ask(within: 12) { administration throws(AdministrationError) in try administration.testWebhook(name) }
            if json {
                try Output.bytes(answer.raw + [UInt8(ascii: "\n")])
            } else if answer.report.delivered {
                try Output.line(answer.report.line)
            } else {
                throw Exit.failed(answer.report.line)
            }
            if !answer.report.delivered { throw ExitCode(1) }
        }
    }

    struct Enable: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Deliver again to an endpoint that answered 410.",
            discussion: "What waits for it goes at once, whatever delay it had: also to one that is unreachable and would be probed first.")

        @Argument(help: "The name of the endpoint in the configuration.")
        var name: String

        @OptionGroup var node: NodeOptions

        func run() throws {
            let name = name
            try node.ask { administration throws(AdministrationError) in try administration.enableWebhook(name) }
        }
    }
}
