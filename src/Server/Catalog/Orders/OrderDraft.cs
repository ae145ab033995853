using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Server.Api.Reading;

namespace Reelay.Server.Catalog.Orders;

/// <summary>A field nobody knows, until the model's facts say whether its upstream does.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Path">Where it stood.</param>
/// <param name="Value">What was sent.</param>
/// <param name="IsKept">Whether it stood in the metadata, which is the caller's: then it is no mistake if nobody knows it.</param>
internal readonly record struct UnknownField(string Name, string Path, JsonElement Value, bool IsKept);

/// <summary>An order while it is read. Each reader fills its part and narrows the offers to those that can honour it.</summary>
internal sealed class OrderDraft(RequestFields fields, OrderTerms terms)
{
    public RequestFields Fields { get; } = fields;

    public OrderTerms Terms { get; } = terms;

    public AskedParameters Asked { get; } = new() { IsLenient = terms.IsLenient };

    public List<UnknownField> Unknown { get; } = [];

    /// <summary>The name that was ordered, echoed to the caller.</summary>
    public string ModelName { get; set; } = "";

    /// <summary>Set by the model reader; every later reader may rely on it.</summary>
    public PublicModel Model { get; set; } = null!;

    /// <summary>Upstream models that can honour everything read so far; never empty after the model reader.</summary>
    public List<ModelOffer> Offers { get; set; } = [];

    /// <summary>The same before anything but the model was read: for messages that say what would be possible.</summary>
    public List<ModelOffer> AllOffers { get; set; } = [];

    public string Prompt { get; set; } = "";

    public string? PromptPath { get; set; }

    public string Mode { get; set; } = "";

    public string SecondsEcho { get; set; } = "";

    public int Seconds { get; set; }

    public int? BilledSeconds { get; set; }

    public SizeChoice Size { get; set; } = new(default, "");

    public bool HasSize { get; set; }

    public string SizeEcho { get; set; } = "";

    /// <summary>A ratio that was asked for although the first frame decides it.</summary>
    public double? AskedRatio { get; set; }

    public string? AskedRatioPath { get; set; }

    public string? Quality { get; set; }

    public int Count { get; set; } = 1;

    public bool? Audio { get; set; }

    public JsonObject? Extras { get; set; }

    /// <summary>Where each extra parameter was found first, whether it is taken or not, by its canonical name.</summary>
    public Dictionary<string, (string Path, JsonElement Value)> FirstSent { get; } = new(StringComparer.Ordinal);

    public JsonObject? Metadata { get; set; }

    public string? User { get; set; }

    public string? ExternalTaskId { get; set; }

    public OrderCallback? Callback { get; set; }

    public List<OrderWarning> Warnings { get; } = [];

    /// <summary>What the server decided beyond what was asked, for estimates.</summary>
    public List<OrderNote> Notes { get; } = [];

    /// <summary>Files and links in the caller's order.</summary>
    public List<MediaSource> Media { get; } = [];

    /// <summary>The earlier task that was named as the source, or null.</summary>
    public LibraryVideo? Source { get; set; }

    public string? SourcePath { get; set; }

    public List<OrderMedia> Stored { get; } = [];

    /// <summary>The spec of the chosen mode.</summary>
    public ModeSpec ModeSpec => Model.Spec.Modes[Mode];

    /// <summary>Keeps the offers that pass; false, and nothing changed, if none does.</summary>
    public bool TryNarrow(Predicate<ModelOffer> canHonour)
    {
        var left = Offers.FindAll(canHonour);
        if (left.Count == 0) return false;
        Offers = left;
        return true;
    }

    /// <summary>Notes a decision of the server.</summary>
    public void Note(string param, string? value, string how, string why) => Notes.Add(new OrderNote(param, value ?? "", how, why));

    public GenerationOrder ToOrder() => new()
    {
        Model = SharedText.Of(ModelName),
        CatalogModel = Model.Name == ModelName ? null : Model.Name,
        UpstreamModels = Offers is [var only] ? only.Alone : [.. Offers.Select(offer => offer.UpstreamModel).Distinct()],
        Prompt = Prompt,
        Mode = Mode,
        SecondsEcho = SharedText.Of(SecondsEcho),
        SizeEcho = SharedText.Of(SizeEcho),
        Seconds = Seconds,
        BilledSeconds = BilledSeconds,
        WidthPixels = Size.Size.WidthPixels,
        HeightPixels = Size.Size.HeightPixels,
        Tier = Size.Tier,
        Quality = Quality,
        Count = Count,
        Audio = Audio,
        Extras = Extras,
        Metadata = Metadata,
        User = User,
        ExternalTaskId = ExternalTaskId,
        Callback = Callback,
        Warnings = SharedText.Of<OrderWarning>(Warnings),
        Media = SharedText.Of<OrderMedia>(Stored),
        Source = Source is null ? null : Source.Source with { IsBound = Offers.TrueForAll(offer => offer.NeedsSourceId) },
    };
}

/// <summary>Something the server decided beyond what was asked.</summary>
/// <param name="Param">The parameter.</param>
/// <param name="Value">What it became.</param>
/// <param name="How"><c>default</c>, <c>inferred</c>, <c>mapped</c> or <c>rounded</c>.</param>
/// <param name="Why">In words.</param>
public sealed record OrderNote(string Param, string Value, string How, string Why);
