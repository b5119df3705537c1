const quoted = (text) => `"${String(text).replaceAll('"', '""')}"`;
document.getElementById("save").onclick = () => {
  const lines = [["problem_id", "sample_index", "mark", "note"]];
  rows.forEach(([problem, index], number) => {
    const mark = document.querySelector(`input[name=m${number}]:checked`);
    const note = document.querySelector(`input[name=n${number}]`);
    lines.push([problem, index, mark ? mark.value : "", note.value]);
  });
  const text = lines.map((line) => line.map(quoted).join(",")).join("\r\n") + "\r\n";
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.download = "marks.csv";
  link.click();
};
