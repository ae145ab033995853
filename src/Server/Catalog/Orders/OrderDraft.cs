using System.Text.Json.Nodes;
using Reelay.Server.Api.Reading;

namespace Reelay.Server.Catalog.Orders;

/// <summary>An order while it is read. Each reader fills its part and narrows the offers to those that can honour it.</summary>
internal sealed class OrderDraft(RequestFields fields, OrderTerms terms)
{
    public RequestFields Fields { get; } = fields;

    public OrderTerms Terms { get; } = terms;

    public AskedParameters Asked { get; } = new();

    /// <summary>Set by the model reader; every later reader may rely on it.</summary>
    public PublicModel Model { get; set; } = null!;

    /// <summary>Upstream models that can honour everything read so far; never empty after the model reader.</summary>
    public List<ModelOffer> Offers { get; set; } = [];

    public string Prompt { get; set; } = "";

    public string Mode { get; set; } = "";

    public int Seconds { get; set; }

    public SizeChoice Size { get; set; }

    public string SizeEcho { get; set; } = "";

    public bool? Audio { get; set; }

    public JsonObject? Extras { get; set; }

    public JsonObject? Metadata { get; set; }

    public string? User { get; set; }

    public string? ExternalTaskId { get; set; }

    public List<OrderWarning> Warnings { get; } = [];

    /// <summary>First frames found; at most one after the mode reader.</summary>
    public List<MediaSource> FirstFrames { get; } = [];

    public List<OrderMedia> Media { get; } = [];

    /// <summary>Keeps the offers that pass; false, and nothing changed, if none does.</summary>
    public bool TryNarrow(Predicate<ModelOffer> canHonour)
    {
        var left = Offers.FindAll(canHonour);
        if (left.Count == 0)
        {
            return false;
        }

        Offers = left;
        return true;
    }

    public GenerationOrder ToOrder() => new()
    {
        Model = Model.Name,
        UpstreamModels = Offers.ConvertAll(offer => offer.UpstreamModel),
        Prompt = Prompt,
        Mode = Mode,
        SecondsEcho = Seconds.ToString(),
        SizeEcho = SizeEcho,
        Seconds = Seconds,
        WidthPixels = Size.Size.WidthPixels,
        HeightPixels = Size.Size.HeightPixels,
        Tier = Size.Tier,
        Audio = Audio,
        Extras = Extras,
        Metadata = Metadata,
        User = User,
        ExternalTaskId = ExternalTaskId,
        Warnings = Warnings,
        Media = Media,
    };
}
