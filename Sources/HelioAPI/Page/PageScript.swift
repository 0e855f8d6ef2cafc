/// What keeps an open page up to date. It asks for the page itself, takes over what stands in `main`, and leaves focus, scrolling and
/// opened details where they were. Nothing that comes is run or parsed as anything but a document without scripts.
enum PageScript {
    static let text: StaticString = """

        "use strict";
        (() => {
          const period = 5000, longest = 60000, patience = 10000;
          const contact = document.getElementById("contact");
          const main = document.getElementById("main");
          const utc = () => new Date().toISOString().slice(11, 19) + " UTC";
          const live = "Live: every 5 seconds", held = "Held while text is selected";
          let wait = period, lostSince = null, timer = 0, asking = false;

          // What stands in it is read aloud when it changes, so it changes only with something to say.
          function say(text) {
            if (contact.textContent !== text) contact.textContent = text;
            contact.classList.toggle("lost", lostSince !== null);
            document.body.classList.toggle("stale", lostSince !== null);
          }

          async function ask() {
            const answer = await fetch(location.pathname,
              { headers: { Accept: "text/html" }, cache: "no-store", signal: AbortSignal.timeout(patience) });
            if (!answer.ok) throw Object.assign(new Error("refused"), { status: answer.status });
            return new DOMParser().parseFromString(await answer.text(), "text/html");
          }

          function show(page) {
            const fresh = page.getElementById("main");
            if (!fresh) throw new Error("not a status page");
            // The node is of another version now.
            for (const part of ["style", "script"]) {
              if (page.querySelector(part).textContent !== document.querySelector(part).textContent) return location.reload();
            }
            // Whoever copies a message keeps it until it is copied.
            if (!getSelection().isCollapsed) return held;
            const open = new Set([...main.querySelectorAll("details[open]")].map((each) => each.id));
            const scrolled = [...main.querySelectorAll(".scroll")].map((each) => [each.id, each.scrollLeft]);
            const focused = main.contains(document.activeElement) ? document.activeElement.id : "";
            const top = scrollY;
            main.replaceChildren(...[...fresh.childNodes].map((each) => document.importNode(each, true)));
            for (const each of main.querySelectorAll("details")) each.open = open.has(each.id);
            for (const [id, left] of scrolled) { const each = document.getElementById(id); if (each) each.scrollLeft = left; }
            if (focused && focused !== "main") document.getElementById(focused)?.focus({ preventScroll: true });
            scrollTo({ top, behavior: "instant" });
            if (document.title !== page.title) document.title = page.title;
            document.querySelector("link[rel=icon]").href = page.querySelector("link[rel=icon]").href;
            // Behind a balancer it may be another node that answers.
            document.querySelector("h1").textContent = page.querySelector("h1").textContent;
            const [before, now] = [main.dataset.summary, fresh.dataset.summary];
            main.dataset.summary = now;
            return before !== now ? `Now ${now}` : null;
          }

          async function update() {
            clearTimeout(timer);
            if (document.hidden || asking) return;
            asking = true;
            try {
              const news = show(await ask());
              const isBack = lostSince !== null || contact.textContent === held;
              [wait, lostSince] = [period, null];
              if (news || isBack) say(news ?? live);
            } catch (error) {
              lostSince ??= utc();
              const what = error.status ? `Answering ${error.status}` : "Not answering";
              say(`${what} since ${lostSince}. What stands here is from before.`);
              wait = Math.min(wait * 2, longest);
            }
            asking = false;
            timer = setTimeout(update, wait);
          }

          document.addEventListener("visibilitychange", () => { if (!document.hidden) update(); });
          say(live);
          timer = setTimeout(update, period);
        })();

        """
}
