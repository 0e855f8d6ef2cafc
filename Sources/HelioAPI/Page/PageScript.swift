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
          let wait = period, lostSince = null, timer = 0, asking = false;

          function say(text, isLost) {
            if (contact.textContent !== text) contact.textContent = text;
            contact.classList.toggle("lost", isLost);
            document.body.classList.toggle("stale", isLost);
          }

          async function ask() {
            const answer = await fetch(location.pathname,
              { headers: { Accept: "text/html" }, cache: "no-store", signal: AbortSignal.timeout(patience) });
            if (!answer.ok) throw new Error(`status ${answer.status}`);
            return new DOMParser().parseFromString(await answer.text(), "text/html");
          }

          function show(page) {
            const fresh = page.getElementById("main");
            if (!fresh) throw new Error("not a status page");
            // The node is of another version now.
            if (page.querySelector("style").textContent !== document.querySelector("style").textContent) return location.reload();
            // Whoever copies a message keeps it until it is copied.
            if (!getSelection().isCollapsed) return;
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
          }

          async function update() {
            clearTimeout(timer);
            if (document.hidden || asking) return;
            asking = true;
            const title = document.title;
            try {
              show(await ask());
              if (document.title !== title) say(`Now ${document.title}`, false);
              else if (lostSince || !contact.textContent) say("Live: every 5 seconds", false);
              [wait, lostSince] = [period, null];
            } catch (error) {
              lostSince ??= utc();
              say(`Not answering since ${lostSince}. What stands here is from before.`, true);
              wait = Math.min(wait * 2, longest);
            }
            asking = false;
            timer = setTimeout(update, wait);
          }

          document.addEventListener("visibilitychange", () => { if (!document.hidden) update(); });
          contact.textContent = "Live: every 5 seconds";
          timer = setTimeout(update, period);
        })();

        """
}
