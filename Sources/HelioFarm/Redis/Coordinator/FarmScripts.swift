/// What has to happen at once in Redis, as scripts. Time is Redis's own.
enum FarmScripts {
    private static let clock = """
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)

        """

    /// KEYS: members, own record. ARGV: id, own epoch (0 to join), lifetime in ms, prefix of records, limit of a field, channel, number of
    /// fields, names of the fields, values of the fields.
    ///
    /// Returns {'OK', epoch, was registered, records ignored, record…}, {'NAME', id, host:port}, {'UPSTREAM', name} or {'REPLACED', epoch}.
    static let register = clock + """
        local id, epoch, life, prefix, limit = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])
        local count = tonumber(ARGV[7])
        local names = {}
        for i = 1, count do names[i] = ARGV[7 + i] end
        local function read(key)
            if redis.call('TYPE', key).ok ~= 'hash' or redis.call('HLEN', key) > 2 * count then return nil end
            for i = 1, count do
                local size = redis.call('HSTRLEN', key, names[i])
                if size == 0 or size > limit then return nil end
            end
            return redis.call('HMGET', key, unpack(names))
        end
        local others, ignored = {}, 0
        local ids = redis.call('SRANDMEMBER', KEYS[1], 256)
        for _, other in ipairs(ids) do
            if other ~= id then
                local key = prefix .. other
                local left = redis.call('PTTL', key)
                if left == -2 then
                    redis.call('SREM', KEYS[1], other)
                elseif left == -1 or left > life then
                    ignored = ignored + 1
                else
                    local record = read(key)
                    if record and record[1] == other then others[#others + 1] = record else ignored = ignored + 1 end
                end
            end
        end
        local known = {}
        local left = redis.call('PTTL', KEYS[2])
        if left >= 0 and left <= life and redis.call('TYPE', KEYS[2]).ok == 'hash' then
            known = redis.call('HMGET', KEYS[2], 'epoch', 'state', 'draining', 'status', 'ready', 'wants_to_withdraw')
        end
        local stored = tonumber(known[1] or '') or 0
        if epoch == 0 then
            for _, other in ipairs(others) do
                if other[2] == ARGV[7 + count + 2] then return {'NAME', other[1], other[3] .. ':' .. other[4]} end
                if other[7] ~= ARGV[7 + count + 7] then return {'UPSTREAM', other[2] or ''} end
            end
            epoch = math.max(stored + 1, now)
        elseif stored > epoch then
            return {'REPLACED', string.format('%.0f', stored)}
        end
        local record = {}
        for i = 1, count do
            record[2 * i - 1] = names[i]
            record[2 * i] = ARGV[7 + count + i]
        end
        record[12] = string.format('%.0f', epoch)
        redis.call('DEL', KEYS[2])
        redis.call('HSET', KEYS[2], unpack(record))
        redis.call('PEXPIRE', KEYS[2], life)
        redis.call('SADD', KEYS[1], id)
        if known[2] ~= record[16] or known[3] ~= record[18] or known[4] ~= record[22] or known[5] ~= record[24] or known[6] ~= record[26] then
            redis.call('PUBLISH', ARGV[6], 'members')
        end
        local answer = {'OK', string.format('%.0f', epoch), known[1] and 1 or 0, ignored}
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

    /// KEYS: lease, fence, letters. ARGV: token, duration in ms, floor, sender, name of the lease, channel, letters kept.
    ///
    /// Returns the number, or nothing. The number is above every earlier one, above what the asking node has seen, and not below
    /// Redis's clock: a Redis that lost its data, or has older ones, goes on above.
    static let acquire = clock + """
        if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return nil end
        local stored = tonumber(redis.call('GET', KEYS[2]) or '') or 0
        local fence = string.format('%.0f', math.max(stored + 1, now, tonumber(ARGV[3]) + 1))
        redis.call('SET', KEYS[2], fence)
        redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[7], '*', 'from', ARGV[4], 'kind', 'leased', 'lease', ARGV[5], 'fence', fence)
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
    /// letters kept, life of the event in s, life of the announcement in s, repository, leap.
    ///
    /// A number further ahead than any node can have missed is nobody's. Whoever sent the one before sends this one, too, while it lives: what is told of a repository stays in order. Returns
    /// {'OK', sender} or {'TAKEN', number, content}.
    static let propose = """
        if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then redis.call('DEL', KEYS[1]) end
        if redis.call('TYPE', KEYS[2]).ok ~= 'hash' then redis.call('DEL', KEYS[2]) end
        local stored = redis.call('HMGET', KEYS[1], 'number', 'content', 'sender')
        local number = tonumber(ARGV[1])
        local last = tonumber(stored[1] or '')
        if last and last >= number and last <= number + tonumber(ARGV[14]) then return {'TAKEN', stored[1], stored[2] or ''} end
        local sender = ARGV[3]
        if stored[3] then
            local key = ARGV[8] .. stored[3]
            if redis.call('TYPE', key).ok == 'hash' and redis.call('HGET', key, 'state') ~= 'STOPPING' then sender = stored[3] end
        end
        redis.call('HSET', KEYS[1], 'number', ARGV[1], 'content', ARGV[2], 'sender', sender)
        redis.call('EXPIRE', KEYS[1], ARGV[12])
        redis.call('HSET', KEYS[2], 'content', ARGV[2], 'sender', sender, 'webhook_id', ARGV[5], 'body', ARGV[6], 'changes', ARGV[7])
        redis.call('EXPIRE', KEYS[2], ARGV[11])
        redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[10], '*', 'from', ARGV[4], 'kind', 'announced', 'repository', ARGV[13], 'number', ARGV[1])
        redis.call('PUBLISH', ARGV[9], 'letters')
        return {'OK', sender}
        """
}
