using System.Globalization;
using System.Text.RegularExpressions;
using Reelay.Providers;

namespace Reelay.Tests.Conformance;

/// <summary>The facts a provider keeps, and the files they lie in.</summary>
internal static partial class ModelChecks
{
    private static readonly string[] _audio = ["always", "never", "choice", "unknown"];
    private static readonly string[] _lifecycle = ["preview", "active", "deprecated", "retired"];

    public static IEnumerable<ConformanceCheck> Of(ProviderConformance suite)
    {
        var provider = suite.Provider;
        yield return new("models: every row has a source with the date it was read", () =>
        {
            Assert.NotEmpty(provider.Models);
            Assert.All(provider.Models, row => Assert.Matches(Date(), row.Source));
            return Task.CompletedTask;
        });
        yield return new("models: every value is one there is", () =>
        {
            Assert.All(provider.Models, row => Check(row));
            return Task.CompletedTask;
        });
        yield return new("provider: its id is a word, its class sealed and alone in its folder's namespace", () =>
        {
            Assert.Matches("^[a-z][a-z0-9_]*$", provider.Id);
            Assert.True(provider.GetType().IsSealed);
            Assert.Equal(ConformanceFixtures.FolderOf(provider) + "Provider", provider.GetType().Name);
            return Task.CompletedTask;
        });
        yield return new("sandbox: the simulator that the provider names is there", () =>
        {
            Assert.Contains(suite.Sandbox.Simulator, new ConformanceSandbox(suite).Core.Simulators.Keys);
            return Task.CompletedTask;
        });
        yield return new("fixtures: every error among them is documented by a case", () =>
        {
            var used = suite.SubmissionErrors.Select(error => error.Reply).Concat(suite.Polls.SelectMany(poll => poll.Replies))
                .Select(reply => reply.Fixture).ToHashSet();
            Assert.Equal([], [.. ConformanceFixtures.Names(provider).Where(name => name.Contains("error.", StringComparison.Ordinal) && !used.Contains(name))]);
            return Task.CompletedTask;
        });
    }

    private static void Check(UpstreamModel row)
    {
        Assert.NotEmpty(row.Modes);
        Assert.Equal(row.Modes.Distinct(), row.Modes);
        Assert.All(row.Seconds, seconds => Assert.InRange(seconds, 1, 60));
        Assert.All(row.Sizes, size => Assert.Matches("^[1-9][0-9]*x[1-9][0-9]*$", size));
        Assert.Contains(row.Audio, _audio);
        Assert.InRange(row.MaxPromptLength, 1, 32_000);
        Assert.Contains(row.Lifecycle, _lifecycle);
        if (row.ShutdownDate is { } date) Assert.True(DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _), date);
        foreach (var (role, reference) in row.References)
        {
            Assert.True(reference is { MaxCount: > 0, MaxBytes: > 0, Types.Count: > 0 }, $"{row.Name} {role}");
        }
    }

    [GeneratedRegex(@"\b20\d\d-\d\d-\d\d\b")]
    private static partial Regex Date();
}
