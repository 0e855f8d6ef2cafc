/// What has to happen at once in Redis, as scripts. Time is Redis's own.
///
/// What lies under a key may be of anybody: what is of another type goes, and what is too long, or cannot be counted on from, is
/// passed over. A node that could be stopped by it would be stopped for good, since nothing else would take it away.
///
/// A Redis that is full, and may evict nothing, refuses a script when the first thing that it writes needs memory, and lets it do
/// everything after it has removed something, be it nothing. Each script begins with that: what a farm writes is little, and nodes that see
/// each other's heartbeats wait for each other's letters.
enum FarmScripts {
    private static let clock = """
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)

        """

    /// `keep(key, type)`: removes what is of another type.
    private static let keep = """
        local function keep(key, kind)
            local found = redis.call('TYPE', key).ok
            if found ~= kind and found ~= 'none' then redis.call('DEL', key) end
        end

        """

    /// `post(key, most, field, value…)`: a letter to all. A stream that takes none goes: its last id may be the last that there can be,
    /// which nothing else would change.
    private static let post = """
        local function post(key, most, ...)
            if type(redis.pcall('XADD', key, 'MAXLEN', '~', most, '*', ...)) == 'table' then
                redis.call('DEL', key)
                redis.call('XADD', key, 'MAXLEN', '~', most, '*', ...)
            end
        end

        """

    /// `count(text, most)`: the whole number that it says, or 0 when it says none, or one that is above.
    private static let count = """
        local function count(text, most)
            local number = tonumber(text or '') or 0
            if number >= 0 and number <= most and math.floor(number) == number then return number end
            return 0
        end

        """

    /// KEYS: members, own record. ARGV: id, own epoch (0 to join), lifetime in ms, prefix of records, limit of a field, channel,
    /// number of fields, names of the fields, values of the fields, lead in ms.
    ///
    /// Whoever has no record that can be read is taken off the list; a node puts itself back at its next heartbeat.
    ///
    /// Returns {'OK', epoch, was registered, records ignored, record…}, {'NAME', id, host:port}, {'UPSTREAM', name} or {'REPLACED', epoch}.
    static let register = clock + keep + count + """
        keep(KEYS[1], 'set')
        local id, epoch, life, prefix, limit = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])
        local size = tonumber(ARGV[7])
        local lead = tonumber(ARGV[8 + 2 * size])
        local names = {}
        for i = 1, size do names[i] = ARGV[7 + i] end
        local function read(key)
            if redis.call('TYPE', key).ok ~= 'hash' or redis.call('HLEN', key) > 2 * size then return nil end
            for i = 1, size do
                local length = redis.call('HSTRLEN', key, names[i])
                if length == 0 or length > limit then return nil end
            end
            return redis.call('HMGET', key, unpack(names))
        end
        local others, ignored = {}, 0
        local wasListed = redis.call('SISMEMBER', KEYS[1], id) == 1
        for _, other in ipairs(redis.call('SRANDMEMBER', KEYS[1], 10000)) do
            if other ~= id then
                local key = prefix .. other
                local left = redis.call('PTTL', key)
                local record = left >= 0 and left <= life and #others < 256 and read(key)
                if record and record[1] == other then
                    others[#others + 1] = record
                else
                    if left ~= -2 then ignored = ignored + 1 end
                    redis.call('SREM', KEYS[1], other)
                end
            end
        end
        local known = {}
        local left = redis.call('PTTL', KEYS[2])
        if left >= 0 and left <= life and redis.call('TYPE', KEYS[2]).ok == 'hash' then
            known = redis.call('HMGET', KEYS[2], 'epoch', 'state', 'draining', 'status', 'ready', 'wants_to_withdraw')
        end
        local stored = count(known[1], now + lead)
        if epoch == 0 then
            for _, other in ipairs(others) do
                if other[2] == ARGV[7 + size + 2] then return {'NAME', other[1], other[3] .. ':' .. other[4]} end
                if other[7] ~= ARGV[7 + size + 7] then return {'UPSTREAM', other[2] or ''} end
            end
            epoch = math.max(stored + 1, now)
        elseif stored > epoch then
            return {'REPLACED', string.format('%.0f', stored)}
        end
        local record = {}
        for i = 1, size do
            record[2 * i - 1] = names[i]
            record[2 * i] = ARGV[7 + size + i]
        end
        record[12] = string.format('%.0f', epoch)
        redis.call('DEL', KEYS[2])
        redis.call('HSET', KEYS[2], unpack(record))
        redis.call('PEXPIRE', KEYS[2], life)
        redis.call('SADD', KEYS[1], id)
        if known[2] ~= record[16] or known[3] ~= record[18] or known[4] ~= record[22] or known[5] ~= record[24] or known[6] ~= record[26] then
            redis.call('PUBLISH', ARGV[6], 'members')
        end
        local answer = {'OK', string.format('%.0f', epoch), known[1] and wasListed and 1 or 0, ignored}
        for _, other in ipairs(others) do answer[#answer + 1] = other end
        return answer
        """

    /// KEYS: members, own record. ARGV: id, epoch, channel.
    static let leave = """
        if redis.call('HGET', KEYS[2], 'epoch') ~= ARGV[2] then return 0 end
        redis.call('DEL', KEYS[2])
        redis.call('SREM', KEYS[1], ARGV[1])
        redis.call('PUBLISH', ARGV[3], 'members')
        return 1
        """

    /// KEYS: letters, nothing. ARGV: letters kept, channel, of each letter the number of its words and these.
    static let send = post + """
        redis.call('DEL', KEYS[2])
        local place = 3
        while place <= #ARGV do
            local last = place + tonumber(ARGV[place])
            post(KEYS[1], ARGV[1], unpack(ARGV, place + 1, last))
            place = last + 1
        end
        redis.call('PUBLISH', ARGV[2], 'letters')
        return 1
        """

    /// KEYS: lease, fence, letters. ARGV: token, duration in ms, floor, sender, name of the lease, channel, letters kept, lead in ms,
    /// longest duration in ms.
    ///
    /// Returns the number, or nothing. The number is above every earlier one, above what the asking node has seen, and not below
    /// Redis's clock: a Redis that lost its data, or has older ones, goes on above. A lease without an end, or with one that is further
    /// away than that of any lease, is nobody's.
    static let acquire = clock + keep + post + count + """
        local left = redis.call('PTTL', KEYS[1])
        if left >= 0 and left <= tonumber(ARGV[9]) then return nil end
        redis.call('DEL', KEYS[1])
        redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
        keep(KEYS[2], 'string')
        local floor = tonumber(ARGV[3])
        local stored = count(redis.call('GET', KEYS[2]), math.max(now, floor) + tonumber(ARGV[8]))
        local fence = string.format('%.0f', math.max(stored + 1, now, floor + 1))
        redis.call('SET', KEYS[2], fence)
        post(KEYS[3], ARGV[7], 'from', ARGV[4], 'kind', 'leased', 'lease', ARGV[5], 'fence', fence)
        redis.call('PUBLISH', ARGV[6], 'letters')
        return fence
        """

    /// KEYS: lease. ARGV: token, duration in ms.
    static let renew = """
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
        redis.call('PEXPIRE', KEYS[1], ARGV[2])
        return 1
        """

    /// KEYS: lease. ARGV: token.
    static let release = """
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
        redis.call('DEL', KEYS[1])
        return 1
        """

    /// KEYS: announcement, event, letters. ARGV: number, content, sender, proposer, webhook id, body, changes, prefix of records, channel,
    /// letters kept, life of the event in s, life of the announcement in s, repository, leap, 1 when the sender sends it in any case,
    /// life of a record in ms.
    ///
    /// A number further ahead than any node can have missed is nobody's. Whoever sent the one before sends this one, too, while it
    /// lives and can store: what is told of a repository stays in order.
    ///
    /// Returns {'OK', sender} or {'TAKEN', number, content, sender}.
    static let propose = keep + post + count + """
        keep(KEYS[1], 'hash')
        local stored = redis.call('HMGET', KEYS[1], 'number', 'content', 'sender')
        local number = tonumber(ARGV[1])
        local last = count(stored[1], number - 1 + tonumber(ARGV[14]))
        if last >= number then
            return {'TAKEN', string.format('%.0f', last), string.sub(stored[2] or '', 1, 256), string.sub(stored[3] or '', 1, 256)}
        end
        local sender = ARGV[3]
        if ARGV[15] ~= '1' and stored[3] and #stored[3] == #sender then
            local key = ARGV[8] .. stored[3]
            local left = redis.call('PTTL', key)
            if left >= 0 and left <= tonumber(ARGV[16]) and redis.call('TYPE', key).ok == 'hash' then
                local record = redis.call('HMGET', key, 'state', 'can_store')
                if record[1] ~= 'STOPPING' and record[2] ~= '0' then sender = stored[3] end
            end
        end
        redis.call('DEL', KEYS[1], KEYS[2])
        redis.call('HSET', KEYS[1], 'number', ARGV[1], 'content', ARGV[2], 'sender', sender)
        redis.call('EXPIRE', KEYS[1], ARGV[12])
        redis.call('HSET', KEYS[2], 'content', ARGV[2], 'sender', sender, 'webhook_id', ARGV[5], 'body', ARGV[6], 'changes', ARGV[7])
        redis.call('EXPIRE', KEYS[2], ARGV[11])
        post(KEYS[3], ARGV[10], 'from', ARGV[4], 'kind', 'announced', 'repository', ARGV[13], 'number', ARGV[1])
        redis.call('PUBLISH', ARGV[9], 'letters')
        return {'OK', sender}
        """

    /// KEYS: announcement. ARGV: number, content, sender or nothing, life of the announcement in s, leap.
    ///
    /// What a node knows was announced, for a Redis that has lost it: the number is taken, and the event is gone.
    ///
    /// Returns 1 when it was news.
    static let remind = keep + count + """
        keep(KEYS[1], 'hash')
        local number = tonumber(ARGV[1])
        if count(redis.call('HGET', KEYS[1], 'number'), number + tonumber(ARGV[5])) >= number then return 0 end
        redis.call('DEL', KEYS[1])
        redis.call('HSET', KEYS[1], 'number', ARGV[1], 'content', ARGV[2], 'sender', ARGV[3])
        redis.call('EXPIRE', KEYS[1], ARGV[4])
        return 1
        """

    /// KEYS: event. ARGV: limit of a field, names of the fields.
    ///
    /// Returns their values, or nothing.
    static let event = """
        if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then return nil end
        local names = {}
        for i = 2, #ARGV do
            if redis.call('HSTRLEN', KEYS[1], ARGV[i]) > tonumber(ARGV[1]) then return nil end
            names[i - 1] = ARGV[i]
        end
        return redis.call('HMGET', KEYS[1], unpack(names))
        """

    /// KEYS: letters. ARGV: id of the last that was read (or nothing), how many to read, bytes and words that one may have, lead in ms.
    ///
    /// Letters with an id that no clock has come to yet go, all of them, before anybody reads on from there.
    ///
    /// Returns {id of the newest, how many there were, letter…}: a letter that no node would write is counted, and left out.
    static let letters = clock + """
        if redis.call('TYPE', KEYS[1]).ok ~= 'stream' then return {'', 0} end
        local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
        if newest and tonumber(string.match(newest[1], '^%d+')) > now + tonumber(ARGV[5]) then
            redis.call('DEL', KEYS[1])
            return {'', 0}
        end
        local answer = {newest and newest[1] or '', 0}
        if ARGV[1] == '' then return answer end
        local page = redis.pcall('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ARGV[2])
        -- After the last id that there can be.
        if page.err then return answer end
        answer[2] = #page
        for _, letter in ipairs(page) do
            local length = 0
            for _, word in ipairs(letter[2]) do length = length + #word end
            if length > tonumber(ARGV[3]) or #letter[2] > tonumber(ARGV[4]) then letter[2] = {} end
            answer[#answer + 1] = letter
        end
        return answer
        """
}
