// The diary's page: a timer that ticks and notices input, and a grid in which time can be picked.

function tick(timer) {
  const clock = timer.querySelector("[data-timer-clock]");
  const ranBefore = Number(timer.dataset.ran);
  const shownAt = performance.now();
  const seconds = () => ranBefore + Math.floor((performance.now() - shownAt) / 1000);
  const two = (number) => String(number).padStart(2, "0");
  const show = () => {
    const now = seconds();
    clock.textContent = `${Math.floor(now / 3600)}:${two(Math.floor(now / 60) % 60)}:${two(now % 60)}`;
  };
  show();
  setInterval(show, 1000);
  noticeInput(timer.querySelector("form"), () => Math.floor(seconds() / 60));
}

function noticeInput(form, minute) {
  let told = -1;
  const tell = () => {
    const now = minute();
    if (now === told) return;
    told = now;
    const body = new URLSearchParams({ do: "beat", csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
    fetch(form.action, { method: "POST", body, keepalive: true }).catch(() => {
      told = -1;
    });
  };
  for (const kind of ["keydown", "pointermove", "pointerdown", "wheel"]) {
    document.addEventListener(kind, tell, { passive: true });
  }
}

const MINUTES = 1440;
const SEGMENT = 10;

function pick(strip, form) {
  strip.dataset.picks = "";
  let from = null;
  const mark = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  mark.setAttribute("class", "week-picked");
  mark.setAttribute("y", "0");
  mark.setAttribute("height", "10");

  const minuteAt = (event) => {
    const box = strip.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    return Math.min(Math.max(Math.floor((share * MINUTES) / SEGMENT), 0), MINUTES / SEGMENT - 1) * SEGMENT;
  };
  const drawn = (event) => {
    const to = minuteAt(event);
    const begins = Math.min(from, to);
    const ends = Math.max(from, to) + SEGMENT;
    mark.setAttribute("x", String(begins));
    mark.setAttribute("width", String(ends - begins));
    return [begins, ends];
  };

  strip.addEventListener("pointerdown", (event) => {
    from = minuteAt(event);
    strip.append(mark);
    strip.setPointerCapture(event.pointerId);
    drawn(event);
  });
  strip.addEventListener("pointermove", (event) => {
    if (from !== null) drawn(event);
  });
  strip.addEventListener("pointercancel", () => {
    from = null;
    mark.remove();
  });
  strip.addEventListener("pointerup", (event) => {
    if (from === null) return;
    const [begins, ends] = drawn(event);
    from = null;
    fill(form, strip.dataset.day, begins, ends);
  });
}

function fill(form, day, begins, ends) {
  const two = (number) => String(number).padStart(2, "0");
  const time = (minutes) => `${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}`;
  form.elements.on.value = day;
  form.elements.begins.value = time(begins);
  form.elements.ends.value = time(ends);
  form.dispatchEvent(new Event("input", { bubbles: true }));
  form.elements.memo.focus();
}

for (const timer of document.querySelectorAll("[data-timer]:not([data-stopped])")) tick(timer);
const entry = document.getElementById("entry");
if (entry) for (const strip of document.querySelectorAll("[data-day]")) pick(strip, entry);
