/**
 * Puts text on the clipboard, within a click or a key press. By the copy event: the Clipboard API asks for a
 * permission, and the app gives no page any.
 */
export function copyText(text: string): boolean {
  document.addEventListener(
    'copy',
    (event) => {
      event.clipboardData?.setData('text/plain', text);
      event.preventDefault();
    },
    { once: true },
  );
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- what replaces it needs the permission
  return document.execCommand('copy');
}
