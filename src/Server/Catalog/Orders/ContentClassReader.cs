using Reelay.Server.Api;

namespace Reelay.Server.Catalog.Orders;

/// <summary>Refuses what would change content or price and cannot be honoured.</summary>
internal static class ContentClassReader
{
    public static ApiError? Read(OrderDraft draft)
    {
        foreach (var asked in draft.Asked.All)
        {
            if (asked.Parameter.Class is ParameterClass.Content)
            {
                return OrderErrors.Unsupported(
                    asked, draft.Model.Name, asked.Parameter.Advice ?? $"It takes `prompt`, `{Parameters.FirstFrame.Name}` as a first frame, `seconds` and `size`.");
            }
        }

        return null;
    }
}
