#pragma once

#include "daemon/emit/delivery.hpp"
#include "daemon/store/outbox.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace versori::fault {

// What consumers of the feed were told, and when: nothing of it may ever come to mean something else.
class Told {
public:
    struct One {
        std::size_t moment;
        std::string delivery;
        std::string mirror_id;
        std::int64_t seq;
        std::string line; // the record as JSON
    };

    void add(One one) { all_.push_back(std::move(one)); }
    const std::vector<One>& all() const { return all_; }

    Told until(std::size_t moment) const;
    Told past() const;                                    // the same before any other moment
    std::string lines(const std::string& delivery) const; // as a file holds them

    // Empty when every record that was told under the mirror's id is still that record; otherwise what broke.
    std::string contradiction(store::Outbox&) const;

private:
    std::vector<One> all_;
};

// A delivery that notes what another one takes, or, without another, what it is given: like the journal it
// then keeps all of it and cannot say where it stands.
class Noted final : public emit::Delivery {
public:
    Noted(std::string name, std::unique_ptr<emit::Delivery> inner, Told& told,
          std::function<std::size_t()> moment);

    std::string_view name() const override { return name_; }
    emit::Located locate() override;
    emit::Taken take(std::span<const model::ChangeRecord>) override;
    void reopen() override;

private:
    std::string name_;
    std::unique_ptr<emit::Delivery> inner_;
    Told& told_;
    std::function<std::size_t()> moment_;
};

} // namespace versori::fault
