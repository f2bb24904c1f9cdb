/** Starts the page. */
const app = document.getElementById('app');
if (app !== null) {
  const heading = document.createElement('h1');
  heading.textContent = 'Tidemark';
  app.append(heading);
}
