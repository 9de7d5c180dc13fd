/* Trusted Types: the one way by which text becomes part of the page. Loaded before every library.

   HTML from the server (htmx), from tom-select, echarts and cropperjs is looked through in an inert
   document and refused whole when anything in it could act: handlers, scripts that are not files of
   ours, frames, javascript: addresses. Text never becomes a script: there is no createScript. */
(() => {
  if (!window.trustedTypes?.createPolicy) return;
  const ours = new URL(document.currentScript.src);
  const folder = ours.pathname.slice(0, ours.pathname.lastIndexOf("/ui/") + 1);
  const inert = trustedTypes.createPolicy("dangan-inert", { createHTML: (text) => text });
  const barred = new Set(["IFRAME", "FRAME", "OBJECT", "EMBED", "BASE", "PORTAL"]);
  const addresses = new Set(["href", "xlink:href", "src", "action", "formaction", "srcdoc", "data"]);

  const own = (address) => {
    const wanted = new URL(address, ours.origin);
    return wanted.origin === ours.origin && wanted.pathname.startsWith(folder);
  };
  const acts = (element) => {
    if (barred.has(element.nodeName.toUpperCase())) return true;
    if (element.localName === "meta" && element.hasAttribute("http-equiv")) return true;
    const runs = element.localName === "script" && element.getAttribute("type") !== "application/json";
    if (runs && (element.textContent.trim() || !own(element.getAttribute("src") ?? "/"))) return true;
    return [...element.attributes].some(({ name, value }) => name.startsWith("on") || name.startsWith("hx-on")
      || (addresses.has(name) && /^(javascript|vbscript|data:text)/.test(value.toLowerCase().replace(/[\u0000-\u0020]/g, ""))));
  };
  const active = (root) => [...root.querySelectorAll("*")].some((element) => acts(element) || (element.content && active(element.content)));

  trustedTypes.createPolicy("default", {
    createHTML(text) {
      const holder = document.implementation.createHTMLDocument("").createElement("template");
      holder.innerHTML = inert.createHTML(text);
      const page = () => new DOMParser().parseFromString(inert.createHTML(text), "text/html");
      if (active(holder.content) || active(page())) throw new TypeError("active content refused");
      return text;
    },
    createScriptURL(address) {
      if (!own(address)) throw new TypeError("foreign script refused");
      return address;
    },
  });
})();
