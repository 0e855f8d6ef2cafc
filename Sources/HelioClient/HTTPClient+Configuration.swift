extension HTTPClient {
    /// Limits of each request.
    public struct Configuration: Hashable, Sendable {
        /// For the name, the connection and TLS.
        public var connectLimit = Duration.seconds(5)
        /// For everything, from the call to the last byte of the answer.
        public var totalLimit = Duration.seconds(10)
        /// An unused connection older than this is not used again.
        public var keepAlive = Duration.seconds(60)
        /// Of all heads of an answer together, in bytes. More is no answer.
        public var headLimit = 16 * 1024
        /// Bytes of a body that are read; where there are more, the connection is closed, and the status counts as it is.
        public var bodyLimit = 64 * 1024
        /// Unused connections that are kept, for all hosts together.
        public var idleConnections = 256

        public init() {}
    }
}
