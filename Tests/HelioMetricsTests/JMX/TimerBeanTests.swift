import HelioMetrics
import Testing

@Suite struct TimerBeanTests {
    /// All of the contract's table of timers, with the operations as one.
    @Test(arguments: [
        (
            "farm.synchronize.content.incremental", "success",
            "category01=farm,category02=synchronize,category03=content,name=incremental"
        ),
        (
            "farm.synchronize.content.snapshot", "success",
            "category01=farm,category02=synchronize,category03=content,name=snapshot"
        ),
        ("farm.distribute-fetch.incremental", "success", "category01=farm,category02=distribute-fetch,name=incremental"),
        ("farm.distribute-fetch.snapshot", "success", "category01=farm,category02=distribute-fetch,name=snapshot"),
        ("farm.vet", "success", "category01=farm,category02=vet,name=timer"),
        (
            "farm.synchronize.metadata.all-projects", "success",
            "category01=farm,category02=synchronize,category03=metadata,name=all-projects"
        ),
        (
            "farm.synchronize.metadata.single-project", "success",
            "category01=farm,category02=synchronize,category03=metadata,name=single-project"
        ),
        (
            "farm.synchronize.metadata.repository", "success",
            "category01=farm,category02=synchronize,category03=metadata,name=repository"
        ),
        ("request.synchronize.cycle-time", "success", "category01=request,category02=synchronize,name=cycle-time"),
        ("operation.local.updateRef", "error", "category01=operation,category02=local,category03=updateRef,name=error"),
        ("operation.distributed.vet", "conflict", "category01=operation,category02=distributed,category03=vet,name=conflict"),
    ])
    func bean_HasTheNameOfTheContract(timer: String, outcome: String, properties: String) throws {
        let registry = Registry()
        _ = registry.timer(timer, outcome: outcome, at: Tick(nanoseconds: 0))
        let bean = try #require(registry.timerBeans.first)
        #expect(try bean.name == ObjectName("com.atlassian.bitbucket:type=metrics,category00=mirror," + properties))
        let isOperation = timer.hasPrefix("operation.")
        #expect(bean.alias == (isOperation ? "com.atlassian.bitbucket:mirror.\(timer).\(outcome)" : nil))
    }

    /// Dropwizard 3.2.6 gives these for durations of 1.5 ms and 3 s; the rates begin with the first tick.
    @Test func bean_HasSeventeenAttributes_InMillisecondsAndPerSecond() throws {
        let (registry, start) = (Registry(), Tick(nanoseconds: 0))
        let timer = registry.timer("farm.vet", at: start)
        timer.record(nanoseconds: 1_500_000, at: start)
        timer.record(nanoseconds: 3_000_000_000, at: start)
        let bean = try #require(registry.timerBeans.first)
        let values = Dictionary(
            uniqueKeysWithValues: zip(bean.attributes.map(\.name), bean.read(Tick(nanoseconds: 8_000_000_000))))
        #expect(
            values == [
                "Count": .integer(2), "MeanRate": .real(0.25), "OneMinuteRate": .real(0.4), "FiveMinuteRate": .real(0.4),
                "FifteenMinuteRate": .real(0.4),
                "RateUnit": .text("events/second"), "Min": .real(1.5), "Max": .real(3000), "Mean": .real(1500.75),
                "StdDev": .real(1499.25),
                "50thPercentile": .real(3000), "75thPercentile": .real(3000), "95thPercentile": .real(3000),
                "98thPercentile": .real(3000),
                "99thPercentile": .real(3000), "999thPercentile": .real(3000), "DurationUnit": .text("milliseconds"),
            ])
    }

    @Test func bean_IsZeroAndNotNaN_WhenNothingWasMeasured() throws {
        let registry = Registry()
        _ = registry.timer("farm.vet", at: Tick(nanoseconds: 0))
        let bean = try #require(registry.timerBeans.first)
        let values = zip(bean.attributes, bean.read(Tick(nanoseconds: 3_600_000_000_000)))
        for (attribute, value) in values where attribute.type == "double" { #expect(value == .real(0), "\(attribute.name)") }
    }

    @Test func beans_AreInTheOrderOfTheirNames_WhateverTheirSource() throws {
        func bean(_ name: String) throws -> MBean {
            MBean(name: try ObjectName(name), className: "x", description: "x", attributes: [], read: { _ in [] })
        }
        let (first, second, third) = (try bean("a:z=1"), try bean("b:a=1"), try bean("b:b=1"))
        #expect(MBeanServer([{ [third, first] }, { [second] }]).beans.map(\.name) == [first, second, third].map(\.name))
    }
}
