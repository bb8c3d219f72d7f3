// Comfort only: every page works without this file.
const root = document.documentElement;
root.classList.add("js");
const each = (selector, act) => document.querySelectorAll(selector).forEach(act);

// Forms marked data-auto send themselves when a choice changes; their buttons (.nojs) hide.
// Where the filters fold away (.narrow), one chooses several and sends them by the button.
const isWide = matchMedia("(min-width: 62rem)");
document.addEventListener("change", ({ target }) => {
  if (!target.form?.matches("[data-auto]") || target.type === "search") return;
  if (target.closest("details") && !isWide.matches) return;
  const operation = target.form.elements.operation_id; // two quick changes are two, not one sent twice
  if (operation) operation.value = newId();
  target.form.requestSubmit();
});

// Blank filters stay out of the address.
document.addEventListener("formdata", ({ target, formData }) => {
  if (target.method !== "get") return;
  for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
});

// An id a form, so that a click that arrives twice counts once; public pages come without one.
const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const freshIds = () => each("form[data-operation]", (form) => {
  const field = form.elements.operation_id ?? form.appendChild(document.createElement("input"));
  Object.assign(field, { type: "hidden", name: "operation_id", value: newId() });
});
freshIds();
addEventListener("pageshow", ({ persisted }) => { if (persisted) freshIds(); });

// Quantity: a minus and a plus around the number field.
each("[data-count]", (box) => {
  const field = box.querySelector("input");
  const button = (sign, name, step) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = sign;
    made.setAttribute("aria-label", name);
    made.addEventListener("click", () => {
      const before = field.value;
      field[step]();
      if (field.value !== before) field.dispatchEvent(new Event("change", { bubbles: true }));
    });
    return made;
  };
  box.prepend(button("\u2212", "One less", "stepDown"));
  box.append(button("+", "One more", "stepUp"));
});

// What the server has to say, said quietly.
const toast = document.querySelector("[data-toast]");
let fading;
function say(words) {
  if (!toast) return;
  toast.textContent = words;
  clearTimeout(fading);
  fading = setTimeout(() => { toast.textContent = ""; }, 6000);
}

// The cart's number: public pages carry nothing personal, so it is asked for here.
each("[data-cart-count]", async (badge) => {
  if (!badge.dataset.cartCount) return;
  const answer = await fetch(badge.dataset.cartCount).catch(() => null);
  if (answer?.ok) badge.textContent = (await answer.json()).item_count || "";
});

// Order page: the page is read again and its region swapped, ever more slowly, until the region has data-ended.
const FIRST_MS = 3000;
const SLOWEST_MS = 20000;
let region = document.querySelector("[data-poll]");
async function look(wait) {
  const answer = document.hidden ? null : await fetch(location.href).catch(() => null);
  if (answer?.ok) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const news = page.querySelector("[data-poll]");
    if (news && news.innerHTML !== region.innerHTML && !region.contains(document.activeElement)) {
      region.replaceWith(news);
      region = news;
      say(news.querySelector("h2")?.textContent ?? "");
      wait = FIRST_MS;
    }
  }
  lookAfter(Math.min(wait * 1.3, SLOWEST_MS));
}
function lookAfter(wait) {
  if (region && !("ended" in region.dataset)) setTimeout(look, wait, wait);
}
lookAfter(FIRST_MS);

// Errors first: after a refused form the summary takes the focus.
document.querySelector("#faults")?.focus();

// Back office: "/" searches, j and k walk the orders.
const search = document.querySelector("[data-slash]");
if (search) {
  document.addEventListener("keydown", (press) => {
    if (press.ctrlKey || press.metaKey || press.altKey || press.target.matches("input,select,textarea")) return;
    const links = [...document.querySelectorAll(".orders th a")];
    const at = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
    if (press.key === "/") { press.preventDefault(); search.focus(); }
    if (press.key === "j") links[Math.min(at + 1, links.length - 1)]?.focus();
    if (press.key === "k") links[Math.max(at - 1, 0)]?.focus();
  });
}
