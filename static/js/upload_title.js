// Shows progress in the tab's title: uploads continue while people look at other tabs.

import { gettext, interpolate, number } from "./i18n.js";

let plain = null; // the title without progress, while there is some

// Shows UploadQueue.progress() in front of the title, and restores the title when nothing is left.
export function showInTitle({ total, left }) {
  if (left) {
    plain ??= document.title;
    const values = { done: number(total - left), total: number(total), title: plain };
    document.title = interpolate(gettext("(%(done)s of %(total)s) %(title)s"), values);
  } else if (plain !== null) {
    document.title = plain;
    plain = null;
  }
}
