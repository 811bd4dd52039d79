// Sentences for people, in the language of the page. templates/base.html loads the catalog before
// every module: Django's JavaScriptCatalog, which leaves `django` on the window. English needs none.
//
// makemessages reads gettext("…"), ngettext("…", "…", count) and pgettext("context", "…") from the
// source, so the sentences must be plain strings. Values go in with interpolate:
//
//   interpolate(ngettext("%(count)s file", "%(count)s files", count), { count: number(count) })

const catalog = () => window.django ?? {};

// The sentence in the language of the page, or unchanged if it has no translation.
export function gettext(sentence) {
  return catalog().gettext?.(sentence) ?? sentence;
}

// One of two sentences by count, with as many plural forms as the language has.
export function ngettext(singular, plural, count) {
  return catalog().ngettext?.(singular, plural, count) ?? (count === 1 ? singular : plural);
}

// A sentence that is translated differently in different places.
export function pgettext(context, sentence) {
  return catalog().pgettext?.(context, sentence) ?? sentence;
}

// Replaces %(name)s with values.name; placeholders without a value stay visible.
export function interpolate(sentence, values) {
  return sentence.replace(/%\((\w+)\)s/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

// Formats a number for the language: 12,000 or 12.000.
export function number(value) {
  return new Intl.NumberFormat(document.documentElement.lang || "en").format(value);
}
