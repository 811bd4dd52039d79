// Sends one file to the server, and turns the response into an outcome for the queue (upload_queue.js).

import { gettext, interpolate } from "./i18n.js";

const DEFAULT_RETRY_S = 5;

export const isArchive = (name) => /\.zip$/i.test(name);

// The sentence that refuses a file over the limits before it is sent; empty if it may be sent.
// `limits` is the data-… of the page: bytes to compare, words to show.
export function tooLarge(file, name, limits) {
  const isZip = isArchive(name);
  if (file.size <= Number(isZip ? limits.maxArchiveBytes : limits.maxBytes)) return "";
  const sentence = isZip
    ? gettext("This zip file is larger than %(limit)s, the limit on this site.")
    : gettext("This picture is larger than %(limit)s, the limit on this site.");
  return interpolate(sentence, { limit: isZip ? limits.maxArchiveWords : limits.maxWords });
}

// Parses a response of the server; see upload_queue.js for the outcomes.
export function resultOf({ status, text, retryAfter }) {
  if (status === 429) return { outcome: "busy", pauseMs: 1000 * (Number(retryAfter) || DEFAULT_RETRY_S) };
  if (status === 0 || status >= 500) return { outcome: "unreachable", sentence: gettext("Not sent. The site can’t be reached.") };
  const body = asObject(text);
  if (body?.items?.length) return { outcome: "stored", body };
  if (body?.items) return { outcome: "refused", sentence: gettext("This file contains no pictures.") };
  if (body?.sentence) return { outcome: "refused", sentence: body.sentence };
  // An HTML page instead of JSON: the sign-in page, because the session has expired.
  return { outcome: "unsent", sentence: gettext("Not sent. Sign in again in another tab, then retry.") };
}

function asObject(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// Posts a file with its fields ([name, value] pairs). `onSent` gets the number of bytes sent so far,
// and Infinity once the server has received all of them.
export function postFile(address, { file, name, fields, onSent }) {
  const data = new FormData();
  for (const [key, value] of fields) data.append(key, value);
  data.append("name", name);
  data.append("files", file, name.split("/").pop());
  return new Promise((resolve) => {
    const request = new XMLHttpRequest(); // fetch does not report progress
    request.open("POST", address);
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = ({ loaded }) => onSent(loaded);
    request.upload.onload = () => onSent(Infinity);
    request.onload = () =>
      resolve(resultOf({ status: request.status, text: request.responseText, retryAfter: request.getResponseHeader("Retry-After") }));
    request.onerror = () => resolve(resultOf({ status: 0 }));
    request.send(data);
  });
}
