export default function Layout({ children }) {
  return (
    <html lang="en">
      <head>
        <title>A customer</title>
        <link rel="icon" href="data:," />
      </head>
      <body>{children}</body>
    </html>
  );
}
