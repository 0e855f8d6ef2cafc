@testable import HelioAPI
import HelioNode
import Testing

private let tag = EntityTag(boot: "b", revision: 7, .content, project: ProjectID(3))

@Test func tag_NamesBootRevisionVariantAndProject_WhenFormed() {
    #expect(tag.header == #""b-7-c-3""#)
    let all = HashVariant.allCases.flatMap { variant in
        [nil, ProjectID(3), ProjectID(4)].flatMap { project in
            [("b", 7), ("b", 8), ("c", 7)].map { EntityTag(boot: $0, revision: $1, variant, project: project).header }
        }
    }
    #expect(Set(all).count == all.count)
}

@Test(arguments: [
    #""b-7-c-3""#, #"W/"b-7-c-3""#, "*", " * ", #""x", "b-7-c-3""#, #""x","y",W/"b-7-c-3""#, #", ,"b-7-c-3","#,
    #""a,b" , "b-7-c-3""#,
])
func tag_IsNamed_WhenTheConditionHoldsIt(condition: String) {
    #expect(tag.isNamed(by: condition))
}

@Test(arguments: [
    "", "b-7-c-3", #""b-7-c-3"#, #""b-7-c-30""#, #"w/"b-7-c-3""#, #""b-7-c""#, "**", "* x", #"x "b-7-c-3""#, #"W/b-7-c-3"#, "\"",
    ",,,",
])
func tag_IsNotNamed_WhenTheConditionDoesNotHoldIt(condition: String) {
    #expect(!tag.isNamed(by: condition))
}
