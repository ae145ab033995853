using System.Text;

namespace Reelay.Simulators;

/// <summary>Webhooks that were delivered to the sandbox, by the name of the inbox. Safe for concurrent use.</summary>
public sealed class Inbox
{
    /// <summary>Most deliveries kept in one inbox; older ones go.</summary>
    public const int MaxDeliveries = 10_000;

    /// <summary>Most inboxes.</summary>
    public const int MaxInboxes = 1_000;

    /// <summary>Largest body of a delivery.</summary>
    public const int MaxBodyBytes = 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Queue<InboxDelivery>> _inboxes = new(StringComparer.Ordinal);

    /// <summary>Keeps a delivery.</summary>
    /// <returns>False if there are too many inboxes.</returns>
    public bool Add(string name, InboxDelivery delivery)
    {
        lock (_lock)
        {
            if (!_inboxes.TryGetValue(name, out Queue<InboxDelivery>? deliveries))
            {
                if (_inboxes.Count == MaxInboxes)
                    return false;
                _inboxes.Add(name, deliveries = []);
            }

            if (deliveries.Count == MaxDeliveries)
                deliveries.Dequeue();
            deliveries.Enqueue(delivery);
            return true;
        }
    }

    /// <summary>Deliveries of one inbox, oldest first.</summary>
    public IReadOnlyList<InboxDelivery> Deliveries(string name)
    {
        lock (_lock)
            return _inboxes.TryGetValue(name, out Queue<InboxDelivery>? deliveries) ? [.. deliveries] : [];
    }

    /// <summary>Empties one inbox, or all.</summary>
    public void Clear(string? name = null)
    {
        lock (_lock)
        {
            if (name is null)
                _inboxes.Clear();
            else
                _inboxes.Remove(name);
        }
    }
}

/// <summary>One delivery as it came.</summary>
/// <param name="Time">When it came.</param>
/// <param name="Headers">Its headers, names in lower case.</param>
/// <param name="Body">Its raw bytes.</param>
/// <param name="Status">What it was answered with.</param>
public sealed record InboxDelivery(DateTimeOffset Time, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body, int Status)
{
    /// <summary>The body as text.</summary>
    public string Text => Encoding.UTF8.GetString(Body.Span);
}
