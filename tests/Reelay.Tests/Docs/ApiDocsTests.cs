using System.Reflection;
using System.Text.RegularExpressions;
using Reelay.Providers;
using Reelay.Server.Engine;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Docs;

public sealed partial class ApiDocsTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs/api/README.md"));

    [Fact]
    public void Every_error_code_in_the_source_is_in_the_documentation()
    {
        var folder = Path.Combine(Repository.Root, "src/Server");
        var codes = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => ErrorCode().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))
            .Distinct().ToList();
        Assert.True(codes.Count > 30, "The pattern no longer finds the codes.");
        Assert.Equal([], [.. codes.Where(code => !Page.Contains($"`{code}`", StringComparison.Ordinal))]);
    }

    [Fact]
    public void Every_reason_of_a_failed_video_is_in_the_documentation()
    {
        var known = typeof(TaskErrors).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => ((TaskError)field.GetValue(null)!).Code);
        var mapped = Enum.GetValues<ProviderErrorKind>().Select(kind => TaskErrors.From(kind, "why").Code);
        Assert.Equal([], [.. known.Concat(mapped).Distinct().Where(code => !Page.Contains($"| `{code}` |", StringComparison.Ordinal))]);
    }

    [Fact]
    public async Task Every_route_is_in_the_documentation()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var endpoints = (EndpointDataSource)gateway.Services.GetService(typeof(EndpointDataSource))!;
        var missing = endpoints.Endpoints.OfType<RouteEndpoint>().Select(endpoint => endpoint.RoutePattern.RawText!)
            .Where(route => !Page.Contains(route, StringComparison.Ordinal));
        Assert.Equal([], [.. missing]);
    }

    [GeneratedRegex("""(?:new(?: ApiError)?\(\d{3}|ApiError\.Invalid\(|Invalid\()\s*,?\s*"([a-z_]+)"\s*,""")]
    private static partial Regex ErrorCode();
}
