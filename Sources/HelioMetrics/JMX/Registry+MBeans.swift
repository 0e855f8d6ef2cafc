extension Registry {
    /// The timers as MBeans.
    public var timerBeans: [MBean] {
        timers.map { name, outcome, timer in
            MBean(
                name: TimerBeanName.categorized(name, outcome: outcome), alias: TimerBeanName.dotted(name, outcome: outcome),
                className: "com.codahale.metrics.JmxReporter$JmxTimer", description: "Timer \(name)",
                attributes: TimerBean.attributes, read: { TimerBean.values(timer.read(at: $0)) })
        }
    }
}
