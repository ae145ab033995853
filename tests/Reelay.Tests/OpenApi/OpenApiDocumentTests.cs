using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Reelay.Server.Catalog.Orders;
using Reelay.Server.OpenApi;
using Reelay.Tests.Support;

namespace Reelay.Tests.OpenApi;

/// <summary>The document and the server it describes.</summary>
public sealed partial class OpenApiDocumentTests
{
    private const string Address = "/openapi/v1.json";

    // Said by routes outside /v1 alone, or in the words of the document's introduction.
    private static readonly string[] OtherRoutes =
    [
        "account_exists", "account_in_use", "account_not_found", "action_pending", "adjustment_below_floor", "callbacks_full", "channel_exists",
        "channel_not_found", "invalid_amount", "invalid_attempt", "invalid_channel", "invalid_dialects", "invalid_end_links", "invalid_force", "invalid_groups",
        "invalid_kind", "invalid_phase", "invalid_prices", "invalid_reason", "invalid_reference", "invalid_time", "invalid_upstream_id", "invalid_value",
        "invalid_withheld_routes", "key_exists", "key_in_use", "key_not_found", "link_keys_are_derived", "master_key_is_a_setting",
    ];

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_route_is_described_and_every_description_has_a_route()
    {
        await using var gateway = await GatewayHost.StartAsync();
        Assert.Equal(Routes(gateway), Described(await ReadAsync(gateway)));
    }

    [Fact]
    public async Task It_is_told_without_a_key_under_the_public_address_and_once_for_each_version()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var stranger = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var address = new Uri(gateway.BaseUrl, Address);
        using var first = await stranger.GetAsync(address, Cancellation);
        Assert.Equal(("application/json", "no-cache"), (first.Content.Headers.ContentType!.ToString(), first.Headers.CacheControl!.ToString()));
        using var known = new HttpRequestMessage(HttpMethod.Get, address);
        known.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var second = await stranger.SendAsync(known, Cancellation);
        Assert.Equal((HttpStatusCode.NotModified, first.Headers.ETag), (second.StatusCode, second.Headers.ETag));
        using var head = await stranger.SendAsync(new HttpRequestMessage(HttpMethod.Head, address), Cancellation);
        Assert.Equal((HttpStatusCode.OK, first.Content.Headers.ContentLength), (head.StatusCode, head.Content.Headers.ContentLength));
        Assert.Equal(gateway.BaseUrl.ToString().TrimEnd('/'), Server(await ReadAsync(gateway)));

        await using var other = await GatewayHost.StartAsync(new() { ["Reelay:PublicUrl"] = "https://media.example/reelay/" });
        Assert.Equal("https://media.example/reelay", Server(await ReadAsync(other)));
    }

    [Theory]
    [InlineData("list")]
    [InlineData("files,characters")]
    [InlineData("remix,edits,extensions,estimate,events,cancel,delete")]
    [InlineData("list,delete,cancel,remix,edits,extensions,characters,estimate,events,wait,generations,models,files,webhook_endpoints")]
    public async Task What_a_server_withholds_is_not_in_it(string words)
    {
        await using var gateway = await GatewayHost.StartAsync(new() { ["Reelay:Api:Withheld"] = words });
        var document = await ReadAsync(gateway);
        Assert.Equal(Routes(gateway), Described(document));

        // What is left refers to nothing that is gone, and nothing is left that only the hidden needed.
        var text = document.GetRawText();
        foreach (Match match in Reference().Matches(text)) Assert.True(Find(document, match.Groups[1].Value), match.Value);
        foreach (var kind in document.GetProperty("components").EnumerateObject().Where(kind => kind.Name != "securitySchemes"))
        {
            foreach (var member in kind.Value.EnumerateObject()) Assert.Contains($"\"#/components/{kind.Name}/{member.Name}", text);
        }

        Assert.Equal(words.Contains("wait"), !text.Contains("\"wait\"") && !text.Contains("invalid_wait"));
        Assert.Equal(words.Contains("models"), !text.Contains("\"Models\""));
        var paths = document.GetProperty("paths").GetRawText();
        Assert.Equal(words.Contains("files"), !paths.Contains("/v1/files"));
    }

    [Fact]
    public void Every_parameter_and_alias_of_an_order_is_described_once_for_each_kind_of_body()
    {
        var schemas = Whole().GetProperty("components").GetProperty("schemas");
        var properties = schemas.GetProperty("Order").GetProperty("properties");
        foreach (var parameter in Parameters.All)
        {
            Assert.True(properties.TryGetProperty(parameter.Name, out var described), parameter.Name);
            var text = described.GetProperty("description").GetString()!;
            foreach (var alias in parameter.Aliases) Assert.Contains($"`{alias}`", text);
        }

        var known = Parameters.All.Select(parameter => parameter.Name).Concat(Parameters.Places).Order(StringComparer.Ordinal);
        Assert.Equal(known, Names(properties));
        Assert.Equal(Names(properties), Names(schemas.GetProperty("OrderForm").GetProperty("properties")));
    }

    [Fact]
    public void Every_error_code_of_the_source_is_described()
    {
        var text = Whole().GetRawText();
        var folder = Path.Combine(Repository.Root, "src", "Server");
        var codes = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => ErrorCode().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)).Distinct().Except(OtherRoutes).ToList();
        Assert.True(codes.Count > 50, "The pattern no longer finds the codes.");
        Assert.Equal([], [.. codes.Where(code => !text.Contains($"`{code}`"))]);
    }

    private static JsonElement Whole() => JsonDocument.Parse(ApiDescription.Whole().ToJsonString(Plain)).RootElement;

    private static async Task<JsonElement> ReadAsync(GatewayHost gateway) => (await gateway.SendAsync(HttpMethod.Get, Address)).Body;

    private static string Server(JsonElement document) => Assert.Single(document.GetProperty("servers").EnumerateArray()).GetProperty("url").GetString()!;

    private static List<string> Routes(GatewayHost gateway) => [.. gateway.Services.GetRequiredService<EndpointDataSource>().Endpoints
        .OfType<RouteEndpoint>().Where(route => route.RoutePattern.RawText!.StartsWith("/v1", StringComparison.Ordinal))
        .SelectMany(route => route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods, (route, method) => $"{method} {route.RoutePattern.RawText}")
        .Order(StringComparer.Ordinal)];

    private static List<string> Described(JsonElement document) => [.. document.GetProperty("paths").EnumerateObject()
        .SelectMany(path => path.Value.EnumerateObject().Where(member => member.Name != "parameters"), (path, member) => $"{member.Name.ToUpperInvariant()} {path.Name}")
        .Order(StringComparer.Ordinal)];

    private static List<string> Names(JsonElement members) => [.. members.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal)];

    private static bool Find(JsonElement document, string pointer)
    {
        foreach (var name in pointer.Split('/'))
        {
            if (!document.TryGetProperty(name, out document)) return false;
        }

        return true;
    }

    [GeneratedRegex("""\{"\$ref":"#/([^"]+)""")]
    private static partial Regex Reference();

    [GeneratedRegex("""(?:new(?: ApiError)?\(\d{3}|ApiError\.Invalid\(|Invalid\()\s*,?\s*"([a-z_]+)"\s*,""")]
    private static partial Regex ErrorCode();
}
