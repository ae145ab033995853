using System.Text.RegularExpressions;
using Reelay.Server.Api;
using Reelay.Server.Catalog;
using Reelay.Server.Catalog.Orders;
using Reelay.Tests.Catalog;
using Reelay.Tests.Reading;

namespace Reelay.Tests.Contract;

/// <summary>
/// Requests in a short form, and what becomes of them in one line, so that the tables of the rules can be read.
/// <para>
/// A request is a JSON object without its braces, with single quotes and bare names: <c>model:'kling-v3', image:PNG</c>. PNG, JPG, WEBP, GIF,
/// MP4 and MP3 stand for the base64 of such a file, and <c>&lt;a.png&gt;</c> for a link to one. A request that says nothing of a prompt or
/// content has the prompt <c>x</c>.
/// </para>
/// <para>
/// What is stored is a line of <c>name=value</c>: model, catalog, upstream, prompt, mode, seconds, billed, size, tier, quality, audio, n, media,
/// extras, warn, price, echo, user, id, metadata, source. Names that a line leaves out are not looked at, but media, extras and warnings are: where a line does
/// not have them, there must be none.
/// </para>
/// </summary>
internal static partial class Cases
{
    private static readonly string[] _always = ["media", "extras", "warn"];

    /// <summary>The base64 of files by their word in requests.</summary>
    public static IReadOnlyDictionary<string, byte[]> Files { get; } = new Dictionary<string, byte[]>
    {
        ["PNG"] = Bodies.Png,
        ["JPG"] = Bodies.Jpeg,
        ["WEBP"] = Bodies.WebP,
        ["GIF"] = [.. "GIF89a"u8, 1, 0, 1, 0, 0, 0],
        ["MP4"] = [0, 0, 0, 16, .. "ftypisom"u8, 0, 0, 2, 0],
        ["MP3"] = [.. "ID3"u8, 4, 0, 0, 0, 0, 0, 0],
    };

    /// <summary>Terms with an account that has stored things.</summary>
    public static OrderTerms Own { get; } = Orders.Terms with { Library = new OwnThings() };

    /// <summary>The request as a JSON body.</summary>
    public static string Json(string request)
    {
        var json = FileWord().Replace(Link().Replace(request.Trim(), "'https://example.com/$1'"), match => $"'{Convert.ToBase64String(Files[match.Value])}'");
        json = Name().Replace(json.Replace('\'', '"'), "$1\"$2\":");
        if (PromptWord().IsMatch(request)) return "{" + json + "}";
        return "{\"prompt\":\"x\"" + (json.Length > 0 ? "," : "") + json + "}";
    }

    /// <summary>Reads a request and compares what is stored of it.</summary>
    public static async Task<GenerationOrder> StoredAsync(string request, string stored, OrderTerms? terms = null)
    {
        var sink = new MemorySink();
        var order = Accepted(await Orders.ReadAsync(Json(request), terms, sink));
        AssertStored(stored, order, terms ?? Orders.Terms);
        Assert.Equal(order.Media.Count(media => media.Url is null), sink.Stored.Count);
        return order;
    }

    /// <summary>Compares what is stored of an order.</summary>
    public static void AssertStored(string stored, GenerationOrder order, OrderTerms? terms = null)
    {
        var found = Describe(order, (terms ?? Orders.Terms).Catalog);
        var expected = stored.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => part[1]);
        foreach (var name in _always) expected.TryAdd(name, "-");
        Assert.Equal(Line(expected), Line(found.Where(pair => expected.ContainsKey(pair.Key))));
        Assert.Empty(expected.Keys.Except(found.Keys));
    }

    /// <summary>
    /// Reads a request and compares its refusal: status, code and param in one line, and parts of the message, parted by bars. Every refusal
    /// names the parameter, and leaves nothing stored.
    /// </summary>
    public static async Task<ApiError> RefusedAsync(string request, string refusal, string says, OrderTerms? terms = null)
    {
        var sink = new MemorySink();
        var error = Refused(await Orders.ReadAsync(Json(request), terms, sink));
        AssertRefused(refusal, says, error);
        Assert.Empty(sink.Stored);
        return error;
    }

    /// <summary>Compares a refusal.</summary>
    public static void AssertRefused(string refusal, string says, ApiError error)
    {
        Assert.Equal(refusal, $"{error.Status} {error.Code} {error.Param}");
        foreach (var part in says.Split(" | ", StringSplitOptions.RemoveEmptyEntries)) Assert.Contains(part, error.Message, StringComparison.Ordinal);
        if (error.Status == 400 && error.Param != "model") Assert.Contains("`" + error.Param, error.Message, StringComparison.Ordinal);
    }

    /// <summary>All of what is stored in one line, or the refusal.</summary>
    public static string Outcome(ApiResult<GenerationOrder> result, OrderTerms? terms = null) => result.Error is { } error
        ? $"{error.Status} {error.Code} {error.Param}: {error.Message}"
        : Line(Describe(result.Value!, (terms ?? Orders.Terms).Catalog));

    public static GenerationOrder Accepted(ApiResult<GenerationOrder> result)
    {
        Assert.True(result.Error is null, result.Error?.Message);
        return result.Value!;
    }

    public static ApiError Refused(ApiResult<GenerationOrder> result)
    {
        Assert.True(result.Error is not null, "The request was accepted.");
        return result.Error;
    }

    private static string Line(IEnumerable<KeyValuePair<string, string>> pairs) =>
        string.Join(' ', pairs.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));

    private static Dictionary<string, string> Describe(GenerationOrder order, ModelCatalog catalog) => new()
    {
        ["model"] = order.Model,
        ["catalog"] = order.CatalogModel ?? order.Model,
        ["upstream"] = string.Join(',', order.UpstreamModels),
        ["prompt"] = Shown(order.Prompt),
        ["mode"] = order.Mode,
        ["seconds"] = order.Seconds.ToString(),
        ["billed"] = (order.BilledSeconds ?? order.Seconds).ToString(),
        ["size"] = order.WidthPixels > 0 ? $"{order.WidthPixels}x{order.HeightPixels}" : "-",
        ["tier"] = Shown(order.Tier),
        ["quality"] = Shown(order.Quality),
        ["audio"] = order.Audio switch { true => "on", false => "off", null => "-" },
        ["n"] = order.Count.ToString(),
        ["media"] = Shown(string.Join(',', order.Media.Select(Media))),
        ["extras"] = Shown(order.Extras?.ToJsonString()),
        ["warn"] = Shown(string.Join(',', order.Warnings.Select(warning => $"{warning.Param}:{warning.Code}"))),
        ["price"] = "$" + (Price.For(order, catalog.Find(order.CatalogModel ?? order.Model)!) / 1_000_000m).ToString("0.######"),
        ["echo"] = $"{order.SecondsEcho}/{order.SizeEcho}",
        ["user"] = Shown(order.User),
        ["id"] = Shown(order.ExternalTaskId),
        ["metadata"] = Shown(order.Metadata?.ToJsonString()),
        ["source"] = order.Source is null ? "-" : order.Source.TaskId + (order.Source.IsBound ? "!" : ""),
    };

    private static string Media(OrderMedia media) =>
        MediaRoles.Name(media.Role) + ":" + (media.Url is { } url ? url[(url.LastIndexOf('/') + 1)..] : media.ContentType[(media.ContentType.IndexOf('/', StringComparison.Ordinal) + 1)..])
        + (media.Name is null ? "" : "@" + media.Name);

    private static string Shown(string? text) => string.IsNullOrEmpty(text) ? "-" : text.Replace(' ', '_');

    [GeneratedRegex(@"(^|[{,\[]\s*)([A-Za-z_]\w*)\s*:")]
    private static partial Regex Name();

    [GeneratedRegex(@"\b(prompt|content)\s*:")]
    private static partial Regex PromptWord();

    [GeneratedRegex(@"\b(PNG|JPG|WEBP|GIF|MP4|MP3)\b")]
    private static partial Regex FileWord();

    [GeneratedRegex(@"<([\w.-]+)>")]
    private static partial Regex Link();
}
