import HelioMetrics
import Testing

/// Every expectation here is what `javax.management.ObjectName` of OpenJDK 17 says.
@Suite struct ObjectNameTests {
    @Test(arguments: [
        ("d:type=a,name=b", "d:name=b,type=a"), ("d:b=2,a=1", "d:a=1,b=2"), (":a=b", ":a=b"), ("d:a=", "d:a="),
        ("d:a=\"b\"", "d:a=\"b\""),
        ("d:a=\"b,c=d:e\"", "d:a=\"b,c=d:e\""), (#"d:a="b\"c""#, #"d:a="b\"c""#), (#"d:a="b\\c""#, #"d:a="b\\c""#),
        (#"d:a="b\nc""#, #"d:a="b\nc""#),
        (#"d:a="b\*c""#, #"d:a="b\*c""#), ("d:a=b c", "d:a=b c"), (" d:a=b", " d:a=b"), ("d:a b=c", "d:a b=c"),
        ("d:é=ü", "d:é=ü"),
        ("d/e:a=b/c", "d/e:a=b/c"), (#"d:a=\"#, #"d:a=\"#), ("d:Z=1,a=2,B=3,é=4", "d:B=3,Z=1,a=2,é=4"),
    ])
    func name_IsCanonical(text: String, canonical: String) throws {
        let name = try ObjectName(text)
        #expect(name.canonical == canonical)
        #expect(!name.isPattern)
        #expect(try ObjectName(canonical) == name)
    }

    @Test(arguments: [
        ("d:*", "d:*"), ("d:a=1,*", "d:a=1,*"), ("d:*,a=1", "d:a=1,*"), ("d:a=1,*,b=2", "d:a=1,b=2,*"), ("d:a=*", "d:a=*"),
        ("d:a=x*y?z,b=1", "d:a=x*y?z,b=1"), ("*:*", "*:*"), ("?d*:a=b", "?d*:a=b"), (#"d:a="b*c""#, #"d:a="b*c""#),
    ])
    func pattern_IsCanonical(text: String, canonical: String) throws {
        let name = try ObjectName(text)
        #expect(name.canonical == canonical)
        #expect(name.isPattern)
    }

    @Test(arguments: [
        ("", ObjectNameError.noProperties), ("d", .noProperties), ("d:", .noProperties), ("d\n:a=b", .badDomain),
        ("d:a", .noValue),
        ("d:a=b,c", .noValue), ("d:=b", .emptyKey), ("d:,a=b", .badKey), ("d:a=b,,c=d", .badKey), ("d:a*=b", .badKey),
        ("d:a?=b", .badKey),
        ("d:x:a=b", .badKey), ("d:a\nb=c", .badKey), ("d:a=b,", .endingComma), ("d:*,", .endingComma),
        ("d:a=b,a=c", .duplicateKey),
        ("d:a=b=c", .badValue), ("d:a=b:c", .badValue), ("d:a=b\"c", .badValue), ("d:a=b\nc", .badValue), ("d:a=\"b", .badQuotes),
        ("d:a=\"", .badQuotes),
        ("d:a=\"b\"c", .badQuotes), (#"d:a="b\xc""#, .badQuotes), (#"d:a="b\"#, .badQuotes), ("d:a=\"b\nc\"", .badQuotes),
        ("d:*=b", .badWildcard),
        ("d:*,*", .badWildcard), ("d:a=b,*x", .badWildcard), ("d:**", .badWildcard),
    ])
    func name_IsRefused(text: String, error: ObjectNameError) { #expect(throws: error) { try ObjectName(text) } }

    @Test(arguments: [
        ("d:a=1,*", "d:a=1,b=2"), ("d:*", "d:a=1"), ("*:a=1", "x:a=1"), ("d:a=1?", "d:a=12"), ("d:a=*2*,*", "d:a=123,b=1"),
        (#"d:a="1*""#, #"d:a="123""#),
        (#"d:a="1\*""#, #"d:a="1\*""#), ("d:a=*", "d:a=\"q\""), ("d:b=*,a=1", "d:a=1,b=2"), ("?:a=1", "d:a=1"),
        ("d:a=1", "d:a=1"), ("d:a=**", "d:a="),
        ("d:a=?", "d:a=é"), ("d:a=*ab*ab", "d:a=abaabab"), ("d:a=1,b=2", "d:b=2,a=1"),
    ])
    func pattern_Fits(pattern: String, name: String) throws { #expect(try ObjectName(pattern).fits(try ObjectName(name))) }

    @Test(arguments: [
        ("*:a=1", "x:a=1,b=2"), ("d:a=1?", "d:a=1"), (#"d:a="1\*""#, #"d:a="123""#), ("d:a=*", "d:a=1,b=2"), ("d?:a=1", "d:a=1"),
        ("d:a=1,*", "d:b=1"),
        ("D:*", "d:a=1"), ("d:a=e\u{301}", "d:a=\u{e9}"), ("d:A=1", "d:a=1"), ("d:a=?", "d:a="), ("d:a=*c", "d:a=ab"),
        ("d:a=1,c=3,*", "d:a=1,b=2"),
    ])
    func pattern_DoesNotFit(pattern: String, name: String) throws { #expect(try !ObjectName(pattern).fits(try ObjectName(name))) }

    /// With a memory of every star, this would take longer than the universe has.
    @Test func pattern_IsMatchedQuickly_WhenItIsHostile() throws {
        let pattern = try ObjectName("d:a=" + String(repeating: "*a", count: 2000) + "b")
        let name = try ObjectName("d:a=" + String(repeating: "a", count: 4000))
        let time = ContinuousClock().measure { #expect(!pattern.fits(name)) }
        #expect(time < .seconds(10))
    }
}
