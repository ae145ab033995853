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
        var draft = new OrderDraft(fields, terms);
        var isAccepted = false;
        try
        {
            if ((Check(draft) ?? await MediaIntake.StoreAsync(draft, cancellationToken)) is { } error)
            {
                return error;
            }

            isAccepted = true;
            return draft.ToOrder();
        }
        finally
        {
            if (!isAccepted)
            {
                await fields.DiscardAsync();
            }
        }
    }

    // The order matters: each reader chooses among the upstream models that the readers before it left. What was asked comes before
    // what is assumed, and what must be honoured before what is only a hint.
    private static ApiError? Check(OrderDraft draft) =>
        PlacesReader.Read(draft)
        ?? ModelReader.Read(draft)
        ?? PromptReader.Read(draft)
        ?? ContentClassReader.Read(draft)
        ?? FirstFrameReader.Read(draft)
        ?? ModeReader.Read(draft)
        ?? SecondsReader.Read(draft)
        ?? SizeReader.Read(draft)
        ?? AudioReader.Read(draft)
        ?? Complete(draft)
        ?? KeptReader.Read(draft)
        ?? HintReader.Read(draft);

    private static ApiError? Complete(OrderDraft draft)
    {
        SecondsReader.Complete(draft);
        SizeReader.Complete(draft);
        AudioReader.Complete(draft);
        return null;
    }
}
