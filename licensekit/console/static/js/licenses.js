// Among the tabs of many issuers, the one that is shown is in sight.
{
  const tabs = document.querySelector(".issuers");
  const shown = tabs?.querySelector("[aria-current]");
  if (shown) tabs.scrollLeft = shown.offsetLeft - (tabs.clientWidth - shown.offsetWidth) / 2;
}
