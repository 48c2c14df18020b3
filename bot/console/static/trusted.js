// The one place where text becomes markup: htmx may, with what our own server answered, and never with scripts in it.
if (window.trustedTypes) {
  trustedTypes.createPolicy("default", {
    createHTML: (text) => {
      if (/<script|<iframe|<object|<embed|srcdoc/i.test(text)) throw new TypeError("markup that may not come in");
      return text;
    },
  });
}
