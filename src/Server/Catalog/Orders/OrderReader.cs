using Reelay.Server.Api;
using Reelay.Server.Api.Reading;

namespace Reelay.Server.Catalog.Orders;

/// <summary>Turns the fields of a request into an order, or says which field stands in the way, its value, and what is allowed.</summary>
public static class OrderReader
{
    /// <summary>Reads an order. On refusal, and when it throws, every file stored for the request is discarded; else the order has them.</summary>
    /// <exception cref="IOException">The sink failed.</exception>
    public static async ValueTask<ApiResult<GenerationOrder>> ReadAsync(
        RequestFields fields, OrderTerms terms, CancellationToken cancellationToken)
    {
        var read = await ReadDraftAsync(fields, terms, cancellationToken);
        return read.Error is { } error ? error : read.Value!.ToOrder();
    }

    /// <summary>The same, with what was decided on the way.</summary>
    internal static async ValueTask<ApiResult<OrderDraft>> ReadDraftAsync(
        RequestFields fields, OrderTerms terms, CancellationToken cancellationToken)
    {
        var draft = new OrderDraft(fields, terms);
        var isAccepted = false;
        try
        {
            var error = await CheckAsync(draft, cancellationToken) ?? await MediaIntake.StoreAsync(draft, cancellationToken);
            if (error is not null) return error;
            isAccepted = true;
            return draft;
        }
        finally
        {
            if (!isAccepted) await fields.DiscardAsync();
        }
    }

    private static async ValueTask<ApiError?> CheckAsync(OrderDraft draft, CancellationToken cancellationToken) =>
        Gather(draft) ?? await LibraryReader.ReadAsync(draft, cancellationToken) ?? Check(draft);

    private static ApiError? Gather(OrderDraft draft) => PlacesReader.Read(draft) ?? ContentReader.Read(draft) ?? MediaReader.Read(draft);

    // The order matters: each reader chooses among the upstream models that the readers before it left. What was asked comes before
    // what is assumed, and what must be honoured before what is only a hint.
    private static ApiError? Check(OrderDraft draft) =>
        ModelReader.Read(draft)
        ?? PromptReader.Read(draft)
        ?? ModeReader.Read(draft)
        ?? RoleReader.Read(draft)
        ?? SecondsReader.Read(draft)
        ?? SizeReader.Read(draft)
        ?? AudioReader.Read(draft)
        ?? KeptReader.Read(draft)
        ?? CallbackReader.Read(draft)
        ?? ExtrasReader.ReadContent(draft)
        ?? Complete(draft)
        ?? ExtrasReader.ReadHints(draft);

    // Where the catalog lets another upstream model stand in for what the vendor no longer has, an estimate says so.
    private static void NoteStandIn(OrderDraft draft)
    {
        var own = draft.Model.Spec.Upstream[0].Model;
        var chosen = draft.Offers[0].UpstreamModel;
        var standIn = UpstreamNames.ModelOf(chosen);
        if (standIn != UpstreamNames.ModelOf(own)) draft.Note("model", standIn, "mapped", $"it makes mode {draft.Mode} of `{draft.Model.Name}` here");
    }

    private static ApiError? Complete(OrderDraft draft)
    {
        QualityReader.Complete(draft);
        SecondsReader.Complete(draft);
        SizeReader.Complete(draft);
        AudioReader.Complete(draft);
        NoteStandIn(draft);
        return null;
    }
}
