using System.Buffers.Binary;

namespace Reelay.Server.Assets.Probing;

/// <summary>The sums over a track's table of sample durations (<c>stts</c>).</summary>
/// <param name="Count">Samples in the table.</param>
/// <param name="TotalTicks">Sum of their durations in the track's time scale; capped, never overflowing.</param>
internal readonly record struct Mp4SampleTimes(ulong Count, ulong TotalTicks)
{
    /// <summary>Sums up a table as far as it lies in the box.</summary>
    public static Mp4SampleTimes Read(ReadOnlySpan<byte> box)
    {
        if (box.Length < 8) return default;
        var entries = Math.Min(BinaryPrimitives.ReadUInt32BigEndian(box[4..]), (uint)(box.Length - 8) / 8);
        UInt128 count = 0, ticks = 0;
        for (var i = 0; i < entries; i++)
        {
            var entry = box[(8 + (i * 8))..];
            var samples = BinaryPrimitives.ReadUInt32BigEndian(entry);
            count += samples;
            ticks += (UInt128)samples * BinaryPrimitives.ReadUInt32BigEndian(entry[4..]);
        }

        return new Mp4SampleTimes((ulong)UInt128.Min(count, long.MaxValue), (ulong)UInt128.Min(ticks, long.MaxValue));
    }

    /// <summary>Gives samples a second rounded to thousandths, or null if there are none or they take no time.</summary>
    public decimal? MeanRate(uint ticksPerSecond) =>
        Count == 0 || TotalTicks == 0 ? null : decimal.Round((decimal)Count / TotalTicks * ticksPerSecond, 3);
}
