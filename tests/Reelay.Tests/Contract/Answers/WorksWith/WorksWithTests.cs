using System.Text;
using Reelay.Tests.Support;

namespace Reelay.Tests.Contract.Answers.WorksWith;

/// <summary>The table in the README says what tests prove, and nothing else. <c>REELAY_WRITE_DOCS=1</c> rewrites it instead of comparing.</summary>
public sealed class WorksWithTests
{
    private const string Begin = "<!-- works-with:begin -->\n";
    private const string End = "<!-- works-with:end -->";

    private static readonly string Readme = Path.Combine(Repository.Root, "README.md");

    [Fact]
    public void Every_row_is_proved_by_tests_that_run_or_says_that_nothing_was_run()
    {
        Assert.Equal([], [.. WorksWithRows.All.SelectMany(row => row.Proofs).Select(proof => proof.Fault()).OfType<string>()]);
        foreach (var row in WorksWithRows.All) Assert.Equal(row.Proofs.Count == 0, row.Played.StartsWith("not run: ", StringComparison.Ordinal));
        Assert.Equal(WorksWithRows.All.Count, WorksWithRows.All.Select(row => row.Client).Distinct().Count());
    }

    [Fact]
    public async Task The_readme_has_the_table_of_the_tests()
    {
        var text = await File.ReadAllTextAsync(Readme, TestContext.Current.CancellationToken);
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        Assert.True(begin >= 0 && end > begin, $"README.md lacks the lines {Begin.Trim()} and {End}.");
        begin += Begin.Length;
        if (Environment.GetEnvironmentVariable("REELAY_WRITE_DOCS") == "1")
        {
            await File.WriteAllTextAsync(Readme, text[..begin] + Table() + text[end..], TestContext.Current.CancellationToken);
            return;
        }

        Assert.True(Table() == text[begin..end], $"The table in README.md is not that of the tests; run them once with REELAY_WRITE_DOCS=1. It should be:\n{Table()}");
    }

    [Fact]
    public void A_proof_that_is_no_test_or_is_skipped_is_told()
    {
        Assert.Null(Proof.By<WorksWithTests>().Fault());
        Assert.NotNull(Proof.By<WorksWithTests>("Nothing").Fault());
        Assert.NotNull(Proof.By<WorksWithTests>(nameof(ToString)).Fault());
        Assert.NotNull(Proof.By<SharedGateway>().Fault());
        Assert.Null(Proof.Fault(nameof(Table), new FactAttribute()));
        Assert.Contains("later", Proof.Fault(nameof(Table), new TheoryAttribute { Skip = "later" }));
    }

    private static string Table()
    {
        var table = new StringBuilder("| Client or surface | What the tests do with it | Dialect of its key | Proved by |\n|---|---|---|---|\n");
        foreach (var row in WorksWithRows.All)
            table.Append($"| {row.Client} | {row.Played} | {row.Dialects} | {string.Join(", ", row.Proofs.Select(proof => $"`{proof.Class.Name}`"))} |\n");
        return table.ToString();
    }
}
