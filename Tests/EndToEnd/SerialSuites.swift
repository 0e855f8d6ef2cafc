import TestSupport
import Testing

// What loads the machine or measures time runs one after the other in each of these, which take about as long as each other: the runner
// has two places, and a single line of them would leave one idle for most of the time.

/// One node, and what becomes of it, its disk and its processes.
@Suite(.serialized, .ownThreads) struct Faults {}

/// Several nodes and their Redis.
@Suite(.serialized, .ownThreads) struct Farms {}

/// Those that a node deals with: balancers, receivers of webhooks, upstreams, and whoever speaks TLS to it.
@Suite(.serialized, .ownThreads) struct Peers {}
