internal import HelioFarm

extension Kind where Value == RedisURL {
    static var redisURL: Kind {
        .scalar("a URL such as redis://127.0.0.1:6379/0") { text, _ throws(Wrong) in
            do throws(RedisURL.Wrong) {
                return try RedisURL(text)
            } catch {
                throw Wrong(error.description)
            }
        }
    }
}
