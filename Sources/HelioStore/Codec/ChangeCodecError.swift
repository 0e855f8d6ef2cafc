/// Why a change cannot be stored, or stored bytes are not a change.
public enum ChangeCodecError: String, Error, Hashable, Sendable {
    case truncated = "it ends too early"
    case trailingBytes = "bytes follow its end"
    case numberTooLarge = "a number in it is too large"
    case unknownVersion = "its format has an unknown version"
    case unknownTag = "it holds an unknown kind of value"
    case badName = "it holds a repository name that cannot be"
    case unsortedRefs = "its refs are not in order"
    case mixedFormats = "its object ids do not have the repository's format"
    case tooLarge = "it is larger than 512 MiB"
}
