namespace VkycEtl.ServerTests.Page.Browser;

/// <summary>Tables are patched: what stays keeps its element and the focus, what goes is gone.</summary>
public sealed class CellsTests(Chromium chromium, SimulatedPages pages)
{
    private const string Script = """
        async () => {
            const { fillTable } = await import('/cells.js');
            const table = document.createElement('table');
            table.createTHead().insertRow().insertCell();
            const body = table.createTBody();
            document.querySelector('main').append(table);
            const fill = keys => fillTable(body, keys.map(key => ({ key, cells: [{ text: key, list: 'none' }] })));
            const state = () => [...body.rows].map(row => row.dataset.key).join('') + ' ' + (body.contains(document.activeElement) ? document.activeElement.closest('tr').dataset.key : '-');
            const states = [];
            fill(['a', 'b', 'c', 'd']);
            body.rows[2].querySelector('button').focus();
            for (const keys of [['a', 'c', 'd'], ['c', 'a', 'd'], ['d', 'a', 'c'], ['x', 'x'], ['x', 'x', 'y'], ['y', 'x', 'x'], []]) {
                fill(keys);
                states.push(state());
            }

            table.remove();
            return states;
        }
        """;

    [Fact]
    public async Task Rows_that_move_keep_the_focus_and_rows_that_go_leave_nothing()
    {
        var running = await pages.GetAsync();
        await using var open = await chromium.OpenAsync(running.Address);
        Assert.Equal(["acd c", "cad c", "dac c", "xx -", "xxy -", "yxx -", " -"], await open.Tab.EvaluateAsync<string[]>(Script), StringComparer.Ordinal);
    }
}
