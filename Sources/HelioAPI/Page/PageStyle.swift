/// How the page looks. No font, image or style comes from elsewhere; geometry is in attributes of SVG, because the policy forbids styles
/// in elements. Every colour of text has a contrast of 4.5 or more with what is below it, in both schemes.
enum PageStyle {
    static let text: StaticString = """

        :root {
          color-scheme: light dark;
          --page: #f3f4f6; --card: #fff; --line: #d3d7dd; --text: #16191d; --faint: #565e68; --link: #0b57c2;
          --good: #1a6b35; --busy: #1557a8; --warning: #8a4a00; --bad: #b3121d;
          --alert: #fff3e0; --alarm: #fdeaea;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #0e1013; --card: #181b20; --line: #343a43; --text: #e7e9ec; --faint: #a3abb6; --link: #8ab8ff;
            --good: #63d48a; --busy: #86b8ff; --warning: #f2b450; --bad: #ff8d8d;
            --alert: #2c2312; --alarm: #351a1c;
          }
        }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 100rem; padding: 0 1rem 1rem; background: var(--page); color: var(--text);
          font: 15px/1.45 system-ui, sans-serif; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
        a { color: var(--link); }
        :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
        main:focus { outline: none; }
        .skip { position: absolute; left: -99rem; }
        .skip:focus { left: 1rem; top: .5rem; padding: .3rem .6rem; background: var(--card); }
        header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .1rem 1rem; padding: .8rem 0 .6rem; }
        header p, h1, h2, h3 { margin: 0; }
        header p, footer, .since, .more, .note, figcaption, dt { color: var(--faint); }
        h1 { font-size: 1.3rem; }
        h2 { font-size: 1.05rem; margin-bottom: .4rem; }
        h3 { font-size: .95rem; margin: .8rem 0 .2rem; }
        #contact { margin-left: auto; }
        /* Seen wherever the page is scrolled to. */
        #contact.lost { position: fixed; top: .4rem; right: .6rem; max-width: calc(100% - 1.2rem); z-index: 1; padding: .3rem .7rem;
          border: 2px solid; border-radius: .3rem; background: var(--alarm); color: var(--bad); font-weight: 600; }
        .stale main { border-radius: .4rem; outline: .2rem dashed var(--bad); outline-offset: .2rem; }
        main { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .8rem; }
        section { background: var(--card); border: 1px solid var(--line); border-radius: .4rem; padding: .7rem .9rem .9rem; min-width: 0; }
        .state, .progress, .farm, .repositories, .timers { grid-column: 1 / -1; }
        .state { border-left: .4rem solid var(--good); }
        .state.busy { border-left-color: var(--busy); }
        .state.warning { border-left-color: var(--warning); }
        .state.bad { border-left-color: var(--bad); }
        .state h2 { display: flex; flex-wrap: wrap; align-items: center; gap: .1rem .6rem; font-size: 1.5rem; margin: 0; }
        .verdict { font-weight: 400; }
        p { margin: .2rem 0; }
        .mark { width: .8em; height: .8em; flex: none; fill: currentColor; fill-rule: evenodd; margin-right: .35em; }
        h2 .mark { margin: 0; }
        .shapes { position: absolute; width: 0; height: 0; }
        .mark.good, .word.good { color: var(--good); }
        .mark.busy, .word.busy { color: var(--busy); }
        .mark.warning, .word.warning { color: var(--warning); }
        .mark.bad, .word.bad { color: var(--bad); }
        .concerns { list-style: none; margin: .6rem 0; padding: 0; display: grid; gap: .3rem; }
        .concerns li { display: flex; align-items: baseline; padding: .3rem .6rem; border-radius: .3rem; background: var(--page); }
        .concerns li.warning { background: var(--alert); }
        .concerns li.bad { background: var(--alarm); }
        .concerns p { margin: 0; }
        .calm { color: var(--good); margin: .5rem 0; }
        .figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); gap: .5rem 1rem; margin: .6rem 0; }
        dt { font-size: .85rem; }
        dd { margin: 0; font-weight: 600; }
        progress { width: 100%; height: 1.1rem; accent-color: var(--busy); }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-size: .93rem; }
        .heard { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
        .scroll { position: relative; }
        th, td { text-align: left; vertical-align: top; padding: .25rem .9rem .25rem 0; overflow-wrap: normal;
          border-top: 1px solid var(--line); }
        thead th { border-top: 0; font-size: .85rem; color: var(--faint); white-space: nowrap; }
        tbody th { font-weight: 600; }
        th:last-child, td:last-child { padding-right: 0; }
        .number, time, .word, tbody th { white-space: nowrap; }
        p .word { white-space: normal; }
        .name { font-family: ui-monospace, monospace; font-size: .9em; }
        tbody th.name { white-space: normal; overflow-wrap: anywhere; min-width: 12rem; max-width: 30rem; }
        .why { min-width: 14rem; overflow-wrap: anywhere; }
        .old td, .old th { color: var(--faint); font-style: italic; }
        .old .word, .old .mark { color: var(--faint); }
        .tag { margin-left: .5rem; padding: 0 .35rem; border: 1px solid var(--line); border-radius: .3rem;
          font-size: .8rem; font-weight: 400; }
        .rejected { margin: 0; padding-left: 1.1rem; }
        figure { margin: 0; }
        .plot { display: block; width: 100%; max-height: 7rem; stroke-width: 1.5; fill: none; }
        .plot .success { fill: var(--good); }
        .plot .failure { fill: var(--bad); }
        .plot .cancelled { stroke: var(--warning); }
        .plot .open { stroke: var(--busy); stroke-dasharray: 3 2; }
        .plot .cross { stroke: var(--bad); stroke-width: 2; }
        .plot .base { stroke: var(--line); }
        .plot .gap { stroke: var(--card); stroke-width: 3; }
        .spark { width: 120px; height: 20px; vertical-align: middle; border-bottom: 1px solid var(--line);
          fill: none; stroke: var(--busy); stroke-width: 1.5; stroke-linecap: round; }
        summary { cursor: pointer; padding: .3rem 0; color: var(--link); }
        code { font-family: ui-monospace, monospace; font-size: .9em; }
        footer { padding: .8rem 0 0; font-size: .9rem; }
        /* Nothing is green in what a node said before it was lost. */
        .stale .mark, .stale .word, .stale .calm { color: var(--faint); }
        .stale .state { border-left-color: var(--faint); }
        @media (max-width: 50rem) {
          main { grid-template-columns: minmax(0, 1fr); }
          body { padding: 0 .6rem 1rem; }
          #contact { margin-left: 0; }
          .state h2 { font-size: 1.05rem; gap: .1rem .4rem; }
          .stale header { padding-top: 4.2rem; }
          .figures { grid-template-columns: repeat(auto-fill, minmax(7.5rem, 1fr)); }
          /* A row each becomes a few lines: what is at the right of a table would not be seen. */
          .stacked table, .stacked tbody, .stacked tr, .stacked th { display: block; }
          .stacked thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
          .stacked tr { border-top: 1px solid var(--line); padding: .35rem 0; }
          .stacked th, .stacked td { display: inline-block; border: 0; padding: 0 .8rem 0 0; white-space: normal; }
          .stacked th { display: block; max-width: none; }
          .stacked .why { display: block; min-width: 0; }
          .farm td:nth-child(3)::before { content: "/status "; }
          .farm td:nth-child(5)::before { content: "lag "; }
          .farm td:nth-child(6)::before { content: "content "; }
          .farm td:nth-child(7)::before { content: "version "; }
          .repositories td:nth-child(3)::before { content: "for "; }
          .repositories td:nth-child(5)::before { content: "failures "; }
          .timers td:nth-child(3)::before { content: "count "; }
          .timers td:nth-child(4)::before { content: "per minute "; }
          .timers td:nth-child(5)::before { content: "p50 "; }
          .timers td:nth-child(6)::before { content: "p95 "; }
          .timers td:nth-child(7)::before { content: "p99 "; }
          .timers td:nth-child(8)::before { content: "p95, last 10 minutes "; }
          .webhooks td:nth-child(3)::before { content: "under way "; }
          .webhooks td:nth-child(4)::before { content: "last failure "; }
        }
        @media print { body { background: none; } #contact { display: none; } }

        """
}
