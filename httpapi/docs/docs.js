// Search hides what has none of the words; a link to a closed item opens it.
const search = document.getElementById('search')
const items = [...document.querySelectorAll('.item')].map((el) => ({ el, text: el.textContent.toLowerCase() }))

search.addEventListener('input', () => {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean)
  for (const { el, text } of items) el.hidden = !words.every((word) => text.includes(word))
  for (const section of document.querySelectorAll('section')) {
    const own = section.querySelectorAll('.item')
    section.hidden = words.length > 0 && ![...own].some((el) => !el.hidden)
  }
})

function openTarget() {
  const target = location.hash && document.getElementById(location.hash.slice(1))
  if (target && target.tagName === 'DETAILS') {
    target.open = true
    target.scrollIntoView()
  }
}
addEventListener('hashchange', openTarget)
openTarget()
