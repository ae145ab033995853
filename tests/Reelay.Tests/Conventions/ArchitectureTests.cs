using System.Net;
using Reelay.Providers;
using Reelay.Server.Assets.Fetching;
using Reelay.Server.Engine;
using Reelay.Server.Routing;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Conventions;

public sealed class ArchitectureTests
{
    [Fact]
    public void The_page_shows_the_phases_as_the_code_has_them()
    {
        var shown = Rows("| from | to |").Select(row => $"{row[0]} → {row[1]}");
        var real = Enum.GetValues<TaskPhase>()
            .Select(phase => $"{phase.ToWord()} → {string.Join(", ", TaskPhases.Next(phase).Select(TaskPhases.ToWord))}");
        Assert.Equal(real, shown);
    }

    [Fact]
    public void The_page_shows_the_reaction_to_every_kind_of_failure()
    {
        var shown = Rows("| kind | then | channel |").Select(row => $"{row[0]} → {row[1]}, {row[2]}").Order();
        var real = Enum.GetValues<ProviderErrorKind>()
            .Select(kind => (kind, FailureReaction.To(kind)))
            .Select(pair => $"{pair.kind} → {pair.Item2.Then}, {pair.Item2.Channel}").Order();
        Assert.Equal(real, shown);
    }

    [Fact]
    public void The_page_shows_what_becomes_of_a_link_that_cannot_be_fetched()
    {
        var shown = Rows("| failure | then |").Select(row => $"{row[0]} → {row[1]}");
        var transient = Enumerable.Range(100, 500).Where(status => InputFailure.IsTransientKind(FetchFailure.Status, (HttpStatusCode)status));
        Assert.Equal([408, 425, 429, .. Enumerable.Range(500, 100)], transient);
        var real = Enum.GetValues<FetchFailure>().Select(failure => $"{failure} → " + (
            failure == FetchFailure.Status ? "Fail, but TryAgain on 408, 425, 429 and 5xx"
            : InputFailure.IsTransientKind(failure, null) ? "TryAgain" : "Fail"));
        Assert.Equal(real, shown);
    }

    // The rows of the table under a header, as trimmed cells.
    private static IEnumerable<string[]> Rows(string header) =>
        File.ReadLines(Path.Combine(Repository.Root, "ARCHITECTURE.md"))
            .SkipWhile(line => line != header)
            .Skip(2)
            .TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries));
}
