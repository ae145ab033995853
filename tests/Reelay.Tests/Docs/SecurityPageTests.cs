using System.Text.RegularExpressions;
using Reelay.Server.Api.Guards;
using Reelay.Server.Api.Reading;
using Reelay.Server.Assets.Probing;
using Reelay.Tests.Support;

namespace Reelay.Tests.Docs;

/// <summary>What the security page promises is proved by tests that exist, and its figures are the code's.</summary>
public sealed partial class SecurityPageTests
{
    private static readonly string Page = Read("docs/security.md");

    [Fact]
    public void Every_test_that_the_pages_name_exists()
    {
        var types = typeof(SecurityPageTests).Assembly.GetTypes().Select(type => type.Name).ToHashSet();
        var named = Tests().Matches(Page + Read("docs/operating.md") + Read("SECURITY.md")).Select(match => match.Groups[1].Value).Distinct().ToList();
        Assert.True(named.Count > 15, named.Count.ToString());
        Assert.Equal([], [.. named.Where(name => !types.Contains(name))]);
    }

    [Fact]
    public void Every_failure_of_others_has_a_test_of_its_own()
    {
        var methods = typeof(SecurityPageTests).Assembly.GetTypes().SelectMany(type => type.GetMethods().Select(method => $"{type.Name}.{method.Name}")).ToHashSet();
        var named = Methods().Matches(Page).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(15, named.Count);
        Assert.Equal([], [.. named.Where(name => !methods.Contains(name))]);
    }

    [Fact]
    public void The_figures_of_the_page_are_those_of_the_code()
    {
        var limits = ReadingLimits.Default;
        string[] figures =
        [
            $"| {ConnectionLimits.MaxRequestLineBytes >> 10} KiB |", $"| {ConnectionLimits.MaxHeaderCount}, {ConnectionLimits.MaxHeadersBytes >> 10} KiB together |",
            $"({new ConnectionLimits().HeaderSeconds})", $"({new ConnectionLimits().MinBytesPerSecond})", $"({new ConnectionLimits().IdleSeconds})",
            $"| {limits.MaxJsonBytes >> 20} MiB; {limits.MaxMultipartBytes >> 20} MiB |", $"| {Server.Api.AdminJson.MaxBytes >> 10} KiB |", $"| {limits.MaxFieldCount:N0} |",
            $"| {limits.MaxDepth}; {limits.MaxTokenCount:N0} |", $"| {MediaBounds.MaxSidePixels:N0} a side, {MediaBounds.MaxPixels / 1_000_000} million pixels",
            $"({Hardening.SsrfCorpus.Read(1).Count} addresses",
        ];
        Assert.Equal([], [.. figures.Where(figure => !Page.Contains(figure, StringComparison.Ordinal))]);
    }

    // Equality of texts gives a signature away letter by letter.
    [Fact]
    public void Signatures_are_compared_in_constant_time_only()
    {
        var sources = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("Simulator", StringComparison.Ordinal) && !file.EndsWith("Tests.cs", StringComparison.Ordinal)).Select(file => (File: Path.GetFileName(file), Text: File.ReadAllText(file))).ToList();
        var verifying = sources.Where(source => source.Text.Contains("HMACSHA", StringComparison.Ordinal) && Verifies().IsMatch(source.Text)).ToList();
        Assert.NotEmpty(verifying);
        Assert.Equal([], [.. verifying.Where(source => !source.Text.Contains("FixedTimeEquals", StringComparison.Ordinal)).Select(source => source.File)]);
        Assert.Equal([], [.. sources.SelectMany(source => Plain().Matches(source.Text).Select(match => $"{source.File}: {match.Value}"))]);
    }

    [Fact]
    public void The_readme_leads_to_the_pages()
    {
        var readme = Read("README.md");
        foreach (var page in new[] { "docs/security.md", "docs/operating.md" }) Assert.Contains(page, readme);
        Assert.Contains("docs/security.md", Read("SECURITY.md"));
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(Repository.Root, path));

    [GeneratedRegex(@"`(\w+Tests\.\w+)` \|")]
    private static partial Regex Methods();

    [GeneratedRegex(@"`((?:[A-Z]\w+Tests)|ConformanceSecrets)`")]
    private static partial Regex Tests();

    [GeneratedRegex(@"\b(?:Verify|IsSigned|IsGenuine|Matches|Check)\w*\(")]
    private static partial Regex Verifies();

    [GeneratedRegex(@"\b(?:signature|hmac|mac)\w* (?:==|!=) (?!null\b|"""")\w+", RegexOptions.IgnoreCase)]
    private static partial Regex Plain();
}
