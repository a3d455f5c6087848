/** A page of a PDF: Latin words in a standard font, Chinese ones in a font that the file does not bring along. */
export interface PdfPage {
  latin: string;
  chinese?: string;
}

/** A PDF as an office program without embedded fonts writes it. */
export function pdf(pages: PdfPage[]): Buffer {
  const objects: string[] = [];
  const add = (body: string) => objects.push(body); // returns the object's number
  const catalog = add('<< /Type /Catalog /Pages 2 0 R >>');
  add(''); // the tree of pages, below
  const helvetica = add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>');
  const descriptor = add(
    '<< /Type /FontDescriptor /FontName /MSung-Light /Flags 4 /FontBBox [0 -200 1000 900] ' +
      '/ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 800 /StemV 80 >>',
  );
  const cid = add(
    '<< /Type /Font /Subtype /CIDFontType0 /BaseFont /MSung-Light /DW 1000 ' +
      `/CIDSystemInfo << /Registry (Adobe) /Ordering (CNS1) /Supplement 0 >> /FontDescriptor ${descriptor} 0 R >>`,
  );
  const ming = add(
    `<< /Type /Font /Subtype /Type0 /BaseFont /MSung-Light /Encoding /UniCNS-UTF16-H /DescendantFonts [${cid} 0 R] >>`,
  );
  const kids = pages.map(({ latin, chinese }) => {
    const words = `BT /F1 24 Tf 60 740 Td (${latin}) Tj ET`;
    const han = chinese === undefined ? '' : ` BT /F2 28 Tf 60 680 Td <${utf16(chinese)}> Tj ET`;
    const block = ' 0.1 0.3 0.7 rg 60 500 200 100 re f';
    const stream = words + han + block;
    const content = add(`<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`);
    return add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${content} 0 R ` +
        `/Resources << /Font << /F1 ${helvetica} 0 R /F2 ${ming} 0 R >> >> >>`,
    );
  });
  objects[1] = `<< /Type /Pages /Count ${kids.length} /Kids [${kids.map((kid) => `${kid} 0 R`).join(' ')}] >>`;

  let text = '%PDF-1.4\n';
  const offsets = objects.map((body, index) => {
    const at = text.length;
    text += `${index + 1} 0 obj\n${body}\nendobj\n`;
    return at;
  });
  const xref = text.length;
  const entries = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${entries}`;
  text += `trailer\n<< /Size ${objects.length + 1} /Root ${catalog} 0 R >>\nstartxref\n${xref}\n%%EOF\n`;
  return Buffer.from(text, 'latin1');
}

function utf16(text: string): string {
  return Buffer.from(text, 'utf16le').swap16().toString('hex');
}
